// Files that earlier versions have written.
#include "fakes/log_capture.hpp"
#include "loopback/store/store_fixture.hpp"

#include <doctest/doctest.h>

namespace tlspolicy::test {
namespace {

/// A file as version 1 wrote it.
void fill_version_1(const StoreDirectory& directory, int count) {
    fill(directory.file(), count);
    run_sql(directory.file(),
            "ALTER TABLE anchor DROP COLUMN behind_since; PRAGMA user_version = 1; "
            "PRAGMA wal_checkpoint(TRUNCATE)");
}

std::int64_t version_of(const StoreDirectory& directory) {
    return open_database(directory.file()).number("PRAGMA user_version").value();
}

}  // namespace

TEST_CASE("a file of version 1 is brought up to date with all that is in it") {
    const StoreDirectory directory;
    fill_version_1(directory, 20);
    REQUIRE(version_of(directory) == 1);
    RunningStore store(directory.file(), hasty());
    for (int i = 0; i < 20; ++i)
        CHECK(store.find(domain_name(i)).value() == numbered(i, store.now()));
    store->save(numbered(20, store.now()));
    REQUIRE(store.is_written());
    CHECK(version_of(directory) == store::schema_version);
}

TEST_CASE("a file of version 1 where nothing can be written is read as it is") {
    const fakes::LogCapture log;
    const StoreDirectory directory;
    fill_version_1(directory, 20);
    directory.forbid_writing();
    RunningStore store(directory.file(), hasty());
    for (int i = 0; i < 20; ++i)
        CHECK(store.find(domain_name(i)).value() == numbered(i, store.now()));
    CHECK(log.wait_for("policies are read from it"));
    CHECK(version_of(directory) == 1);
}

}  // namespace tlspolicy::test
