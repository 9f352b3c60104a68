// Files that decay: flipped bits and cut ends, at random places.
#include "fakes/log_capture.hpp"
#include "loopback/store/store_fixture.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <random>
#include <string>
#include <thread>

namespace tlspolicy::test {
namespace {

constexpr int policies = 150;

store::SqliteSettings hastier() {
    store::SqliteSettings settings = hasty();
    settings.commit_pause = std::chrono::milliseconds(1);
    settings.retry_min = std::chrono::milliseconds(1);
    settings.retry_max = std::chrono::milliseconds(10);
    return settings;
}

std::string sound_file() {
    const StoreDirectory directory;
    {
        RunningStore store(directory.file(), hastier());
        for (int i = 0; i < policies; ++i)
            store->save(numbered(i, store.now()));
        REQUIRE(store.is_written());
    }
    return read_file(directory.file());
}

/// Nobody ever gets a policy that was not saved, and new ones are kept, here or, where the file now passes
/// for somebody else's, in memory.
void check(const std::string& bytes) {
    const StoreDirectory directory;
    write_file(directory.file(), bytes);
    RunningStore store(directory.file(), hastier());
    for (int i = 0; i < policies; i += 10) {
        const auto found = store.find(domain_name(i));
        if (!found || !*found) continue;
        auto& policy = **found;
        const auto saved = numbered(i, store.now());
        CHECK(policy.domain == saved.domain);
        CHECK(policy.body == saved.body);
        CHECK(policy.id == saved.id);
        CHECK(policy.expires == saved.expires);
    }
    std::size_t wrong = 0;
    for (const auto& policy : store.all()) {
        const int number = std::stoi(policy.domain.substr(1));
        wrong += policy.body != numbered(number, store.now()).body ? 1 : 0;
    }
    CHECK(wrong == 0);
    store->save(numbered(1000, store.now()));
    CHECK(store.find(domain_name(1000)).value() == numbered(1000, store.now()));
}

}  // namespace

TEST_CASE("after a flipped bit, whichever it is, no policy is another than it was") {  // proves STS-35
    const fakes::LogCapture log;
    const std::string sound = sound_file();
    std::mt19937 random(42);
    for (int i = 0; i < 500; ++i) {
        std::string bytes = sound;
        const std::size_t place = std::uniform_int_distribution<std::size_t>(0, bytes.size() - 1)(random);
        bytes[place] =
            static_cast<char>(bytes[place] ^ (1 << std::uniform_int_distribution<int>(0, 7)(random)));
        CAPTURE(place);
        check(bytes);
    }
}

TEST_CASE("after a flipped bit in its header a file is set aside or left alone") {  // proves STS-35
    const fakes::LogCapture log;
    const std::string sound = sound_file();
    for (std::size_t place = 0; place < 100; ++place) {
        std::string bytes = sound;
        bytes[place] = static_cast<char>(bytes[place] ^ 0x10);
        CAPTURE(place);
        check(bytes);
    }
}

TEST_CASE("after its end was cut off, no policy is another than it was") {  // proves STS-35
    const fakes::LogCapture log;
    const std::string sound = sound_file();
    std::mt19937 random(43);
    for (int i = 0; i < 100; ++i)
        check(sound.substr(0, std::uniform_int_distribution<std::size_t>(0, sound.size() - 1)(random)));
}

TEST_CASE(
    "a damaged file that cannot be given another name is said once, and is no new one") {  // proves STS-35
    const fakes::LogCapture log;
    const StoreDirectory directory;
    // With the time of day at its end it would be longer than a name may be.
    const std::string file = directory.file(std::string(240, 'p'));
    write_file(file, std::string(10'000, 'x'));
    RunningStore store(file, hasty());
    for (int i = 0; i < 5; ++i) {
        CHECK(store.find(domain_name(i)).has_error());
        std::this_thread::sleep_for(std::chrono::milliseconds(30));
    }
    CHECK(RunningStore::eventually([&] { return store->statistics().errors > 2; }));  // it is tried again
    CHECK(log.count("cannot be given another name") == 1);
    CHECK(log.count("store-damaged") == 0);
    CHECK(store->generation() == 1);
    CHECK(store->statistics().damaged_files == 0);
    CHECK_FALSE(store->reliable());
    CHECK(read_file(file) == std::string(10'000, 'x'));
    std::filesystem::remove(file);
    store->save(numbered(1, store.now()));
    CHECK(store.is_written());
}

TEST_CASE(
    "a damaged file that can only be read is said once, and read as far as it is sound") {  // proves STS-35
    const fakes::LogCapture log;
    const StoreDirectory directory;
    fill(directory.file(), policies);
    {
        auto bytes = read_file(directory.file());
        const auto page_size =
            static_cast<std::size_t>(open_database(directory.file()).number("PRAGMA page_size").value());
        const auto root = static_cast<std::size_t>(
            open_database(directory.file())
                .number("SELECT rootpage FROM sqlite_schema WHERE name = 'policies_by_use'")
                .value());
        bytes.replace((root - 1) * page_size, page_size, page_size, 'x');
        write_file(directory.file(), bytes);
    }
    directory.forbid_writing();
    RunningStore store(directory.file(), hasty());
    for (int i = 0; i < 5; ++i) {
        CHECK(store.all().empty());  // pages go by the index that is damaged
        CHECK(store.find(domain_name(i)).value() == numbered(i, store.now()));
    }
    CHECK(log.count("as far as it is sound") == 1);
    CHECK(log.count("store-damaged") == 0);
    CHECK(store->generation() == 1);
}

}  // namespace tlspolicy::test
