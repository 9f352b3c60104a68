// Files that decay: flipped bits and cut ends, at random places.
#include "fakes/log_capture.hpp"
#include "loopback/store/store_fixture.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>

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

}  // namespace tlspolicy::test
