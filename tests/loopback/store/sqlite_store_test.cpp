#include "fakes/log_capture.hpp"
#include "loopback/store/store_fixture.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace tlspolicy::test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

}  // namespace

TEST_CASE("what was saved is found at once, and after a restart") {  // proves STS-34
    const StoreDirectory directory;
    {
        RunningStore store(directory.file(), hasty());
        for (int i = 0; i < 700; ++i)  // more than two commits and a page
            store->save(numbered(i, store.now()));
        CHECK(store.find(domain_name(3)).value() == numbered(3, store.now()));
        CHECK(store.find("unknown.example.com").value() == std::nullopt);
        REQUIRE(store.is_written());
        CHECK(store.find(domain_name(14)).value() == numbered(14, store.now()));
        CHECK(store->statistics().changes == 700);
        CHECK(store->statistics().commits >= 3);
    }
    RunningStore store(directory.file(), hasty());
    for (int i = 0; i < 700; ++i)
        CHECK(store.find(domain_name(i)).value() == numbered(i, store.now()));
    struct stat status {};
    REQUIRE(::stat(directory.file().c_str(), &status) == 0);
    CHECK((status.st_mode & 07777U) == 0640);
}

TEST_CASE("pages come in the order of use, the latest first, and hold everything once") {
    const StoreDirectory directory;
    fill(directory.file(), 1200);
    RunningStore store(directory.file(), hasty());
    const auto all = store.all();
    REQUIRE(all.size() == 1200);
    for (int i = 0; i < 1200; ++i)
        CHECK(all[static_cast<std::size_t>(i)] == numbered(i, store.now()));
}

TEST_CASE("a change replaces, an erased policy is gone, a mark changes its times alone") {
    const StoreDirectory directory;
    fill(directory.file(), 3);
    for (const bool restarted : {false, true}) {
        RunningStore store(directory.file(), hasty());
        if (!restarted) {
            store->save(numbered(0, store.now(), "id9"));
            store->erase(domain_name(1));
            store->mark(domain_name(2), store.now() - hours(1), store.now());
            store->mark("unknown.example.com", store.now(), store.now());
        }
        auto marked = numbered(2, store.now());
        marked.checked = store.now() - hours(1);
        marked.used = store.now();
        if (!restarted) CHECK(store.find(domain_name(1)).value() == std::nullopt);
        REQUIRE(store.is_written());
        CHECK(store.find(domain_name(0)).value() == numbered(0, store.now(), "id9"));
        CHECK(store.find(domain_name(1)).value() == std::nullopt);
        CHECK(store.find(domain_name(2)).value() == marked);
        CHECK(store.find("unknown.example.com").value() == std::nullopt);
    }
}

TEST_CASE("changes are committed together: 256 at once, or after a pause") {
    const StoreDirectory directory;
    store::SqliteSettings settings;
    settings.commit_pause = hours(1);
    RunningStore store(directory.file(), settings);
    CHECK(store.find("unknown.example.com").has_value());  // it is open
    for (int i = 0; i < 255; ++i)
        store->save(numbered(i, store.now()));
    CHECK(store.find("unknown.example.com").has_value());  // the store thread has come by
    CHECK(store->statistics().commits == 0);
    CHECK(store->statistics().pending == 255);
    store->save(numbered(255, store.now()));
    REQUIRE(store.is_written());
    CHECK(store->statistics().commits == 1);
    store->save(numbered(256, store.now()));
    store->stop();  // which writes what is left
    CHECK(store->statistics().commits == 2);
    CHECK(store->statistics().pending == 0);
}

TEST_CASE("a file that is no database is set aside, and a new one begun") {  // proves STS-35
    const fakes::LogCapture log;
    const StoreDirectory directory;
    write_file(directory.file(), std::string(10'000, 'x'));
    RunningStore store(directory.file(), hasty());
    store->save(numbered(1, store.now()));
    REQUIRE(store.is_written());
    CHECK(directory.count(".damaged-") == 1);
    CHECK(log.count("store-damaged") == 1);
    CHECK(store->generation() == 2);
    CHECK(store->statistics().damaged_files == 1);
}

TEST_CASE("what is not ours to change is left alone, said once, and answers go on") {  // proves STS-35
    struct Row {
        const char* what;
        const char* sql;
        const char* said;
    };
    for (const Row& row :
         {Row{"another program's", "CREATE TABLE songs (title TEXT)", "another program"},
          Row{"a later version's",
              "PRAGMA application_id = 1953264496; PRAGMA user_version = 99; CREATE TABLE x (y)",
              "a later version"}}) {
        CAPTURE(row.what);
        const fakes::LogCapture log;
        const StoreDirectory directory;
        run_sql(directory.file(), row.sql);
        const std::string before = read_file(directory.file());
        {
            RunningStore store(directory.file(), hasty());
            const auto found = store.find(domain_name(1));
            REQUIRE(found.has_error());
            CHECK(found.error().message().find(row.said) != std::string::npos);
            CHECK_FALSE(store->reliable());
            store->save(numbered(1, store.now()));
            CHECK(store.find(domain_name(1)).value() == numbered(1, store.now()));
            CHECK(RunningStore::eventually([&] { return store->statistics().errors > 3; }));  // tried again
        }
        CHECK(log.count("store-unusable") == 1);
        CHECK(read_file(directory.file()) == before);
        CHECK(directory.count(".damaged-") == 0);
    }
}

TEST_CASE("a file that another process uses is left to it until that has gone") {  // proves STS-35
    const fakes::LogCapture log;
    const StoreDirectory directory;
    fill(directory.file(), 1);
    const int lock = ::open(directory.file("policies.db.lock").c_str(), O_RDWR | O_CLOEXEC);
    REQUIRE(::flock(lock, LOCK_EX) == 0);
    RunningStore store(directory.file(), hasty());
    CHECK(store.find(domain_name(0)).has_error());
    store->save(numbered(5, store.now()));
    CHECK(log.count("another process uses it") == 1);
    ::close(lock);
    REQUIRE(store.is_written());
    CHECK(store.find(domain_name(0)).value() == numbered(0, store.now()));
    CHECK(store.find(domain_name(5)).value() == numbered(5, store.now()));
}

TEST_CASE("a place where no file can be made stops nothing, and is used as soon as it can be") {
    const fakes::LogCapture log;
    const StoreDirectory directory;
    const std::string path = directory.file("a/b/policies.db");
    RunningStore store(path, hasty());
    CHECK(store.find(domain_name(0)).has_error());
    store->save(numbered(0, store.now()));
    CHECK(log.wait_for("store-unusable"));
    std::filesystem::create_directories(directory.file("a/b"));
    REQUIRE(store.is_written());
    CHECK(log.wait_for("store-opened"));
}

TEST_CASE("what cannot be written for want of room is written when there is some") {  // proves STS-35
    const fakes::LogCapture log;
    const StoreDirectory directory;
    fill(directory.file(), 10);
    // As a full disk: no file may grow. The limit is the process's, so it is lifted again soon.
    const auto size = static_cast<rlim_t>(std::filesystem::file_size(directory.file()));
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    rlimit tight{size, before.rlim_max};
    RunningStore store(directory.file(), hasty());
    REQUIRE(store.find(domain_name(1)).has_value());
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &tight) == 0);
    for (int i = 0; i < 600; ++i)
        store->save(numbered(i, store.now(), "id2"));
    const bool failed = RunningStore::eventually([&] { return store->statistics().errors > 2; });
    const auto meanwhile = store.find(domain_name(599));
    ::setrlimit(RLIMIT_FSIZE, &before);
    CHECK(failed);
    CHECK(meanwhile.value() == numbered(599, store.now(), "id2"));
    CHECK(log.count("store-unusable") == 1);
    REQUIRE(store.is_written());
    CHECK(log.wait_for("store-recovered"));
    for (int i = 0; i < 600; ++i)
        CHECK(store.find(domain_name(i)).value() == numbered(i, store.now(), "id2"));
    CHECK(directory.count(".damaged-") == 0);
}

TEST_CASE("changes that were too many to be kept are asked for again when the file can be written") {
    const StoreDirectory directory;
    auto settings = hasty();
    settings.max_pending = 10;
    RunningStore store(directory.file("a/b/policies.db"), settings);
    for (int i = 0; i < 30; ++i)
        store->save(numbered(i, store.now()));
    CHECK(store->statistics().dropped == 20);
    CHECK(store->generation() == 1);
    std::filesystem::create_directories(directory.file("a/b"));
    REQUIRE(store.is_written());
    CHECK(RunningStore::eventually([&] { return store->generation() == 2; }));
}

TEST_CASE("what has long expired is removed, with its text") {
    const StoreDirectory directory;
    const auto clock = std::make_shared<fakes::ManualClock>();
    const auto wall = std::make_shared<fakes::ManualWallClock>();
    auto settings = hasty();
    settings.tidy_pause = milliseconds(20);
    RunningStore store(directory.file(), settings, clock, wall);
    store->save(numbered(1, clock->now()));
    auto fresh = numbered(2, clock->now() + hours(200));
    store->save(fresh);
    REQUIRE(store.is_written());
    clock->advance(hours(168 + 25));
    CHECK(RunningStore::eventually([&] { return store.find(domain_name(1)).value() == std::nullopt; }));
    CHECK(store.find(domain_name(2)).value().has_value());
}

TEST_CASE("after a removal that failed there is another") {
    const fakes::LogCapture log;
    const StoreDirectory directory;
    const auto clock = std::make_shared<fakes::ManualClock>();
    const auto wall = std::make_shared<fakes::ManualWallClock>();
    auto settings = hasty();
    settings.tidy_pause = milliseconds(20);
    RunningStore store(directory.file(), settings, clock, wall);
    store->save(numbered(1, clock->now()));
    REQUIRE(store.is_written());
    run_sql(directory.file(), "ALTER TABLE policies RENAME TO elsewhere");
    clock->advance(hours(168 + 25));
    REQUIRE(RunningStore::eventually([&] { return store->statistics().errors > 0; }));
    run_sql(directory.file(), "ALTER TABLE elsewhere RENAME TO policies");
    CHECK(RunningStore::eventually([&] {
        const auto found = store.find(domain_name(1));
        return found && *found == std::nullopt;
    }));
}

TEST_CASE("after a failed read the file counts again as soon as it can be read, with nothing to write") {
    const fakes::LogCapture log;
    const StoreDirectory directory;
    fill(directory.file(), 1);
    RunningStore store(directory.file(), hasty());
    REQUIRE(store.is_written());
    run_sql(directory.file(), "ALTER TABLE policies RENAME TO elsewhere");
    CHECK(store.find(domain_name(0)).has_error());
    CHECK(RunningStore::eventually([&] { return store->statistics().errors > 3; }));
    CHECK_FALSE(store->reliable());
    run_sql(directory.file(), "ALTER TABLE elsewhere RENAME TO policies");
    CHECK(RunningStore::eventually([&] { return store->reliable(); }));
    CHECK(log.wait_for("store-recovered"));
    CHECK(store.find(domain_name(0)).value() == numbered(0, store.now()));
}

TEST_CASE("a disk that hangs is asked no more than it may be, and nothing that nobody waits for any more") {
    const fakes::LogCapture log;
    const StoreDirectory directory;
    fill(directory.file(), 1);
    auto settings = hasty();
    settings.find_limit = milliseconds(50);
    settings.max_asked = 3;
    RunningStore store(directory.file(), settings);
    REQUIRE(store.is_written());
    auto other = open_database(directory.file());
    REQUIRE(other.run("BEGIN IMMEDIATE").has_value());
    store->save(numbered(1, store.now()));
    std::this_thread::sleep_for(milliseconds(100));  // the store thread now waits for that to be over
    for (const std::string words : {"takes too long", "takes too long", "takes too long", "asked too much"}) {
        const auto found = store.find(domain_name(0));
        REQUIRE(found.has_error());
        CHECK(found.error().message().find(words) != std::string::npos);
    }
    REQUIRE(other.run("ROLLBACK").has_value());
    REQUIRE(store.is_written());
    CHECK(RunningStore::eventually([&] { return store->statistics().skipped == 3; }));
    CHECK(store.find(domain_name(0)).value() == numbered(0, store.now()));
}

}  // namespace tlspolicy::test
