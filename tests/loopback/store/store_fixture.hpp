#pragma once

#include "base/domain.hpp"
#include "engine/ports.hpp"
#include "fakes/manual_clock.hpp"
#include "fakes/manual_wall_clock.hpp"
#include "fakes/temporary_directory.hpp"
#include "store/sqlite_database.hpp"
#include "store/sqlite_schema.hpp"
#include "store/sqlite_store.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tlspolicy::test {

/// Runs a coroutine on `loop` to its end.
template <class T>
T run(boost::asio::io_context& loop, boost::asio::awaitable<T> work) {
    std::optional<T> result;
    boost::asio::co_spawn(loop, std::move(work), [&](const std::exception_ptr& failure, T value) {
        REQUIRE(failure == nullptr);
        result.emplace(std::move(value));
    });
    loop.restart();
    while (!result)
        loop.run_one();
    return *std::move(result);
}

/// A directory of its own for a store's files.
class StoreDirectory {
public:
    std::string file(const std::string& name = "policies.db") const { return directory_ / name; }
    /// To the store it is from now on as a directory that it cannot write to. (Permissions stop no root.)
    void forbid_writing() const {
        std::filesystem::remove(file("policies.db.lock"));
        std::filesystem::create_directory(file("policies.db.lock"));
    }
    /// How many files have names that hold these words.
    std::size_t count(const std::string& words) const {
        std::size_t found = 0;
        for (const auto& each : std::filesystem::directory_iterator(directory_.path()))
            found += each.path().filename().string().find(words) != std::string::npos ? 1 : 0;
        return found;
    }

private:
    fakes::TemporaryDirectory directory_;
};

inline std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}
inline void write_file(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

inline std::string domain_name(int number) {
    return "d" + std::to_string(number) + ".example.com";
}

/// A policy whose every part depends on its number.
inline engine::StoredPolicy numbered(int number, Time now, const std::string& id = "id1") {
    engine::StoredPolicy policy;
    policy.domain = domain_name(number);
    policy.body = "version: STSv1\nmode: enforce\nmax_age: 604800\nmx: mx" + std::to_string(number % 20)
                  + ".example.com\n";
    policy.id = id;
    policy.fetched = now - std::chrono::minutes(number);
    policy.expires = policy.fetched + std::chrono::hours(168);
    policy.checked = now - std::chrono::minutes(1);
    policy.used = now - std::chrono::seconds(number);
    if (number % 7 == 0) {
        policy.failure = cache::Failure{Error(ErrorKind::webpki, "expired on a Sunday"), "id2", now, 3};
    }
    return policy;
}

/// A store at work, and the loop that asks it.
class RunningStore {
public:
    explicit RunningStore(const std::string& path, store::SqliteSettings settings = {})
        : RunningStore(path, std::move(settings), std::make_shared<fakes::ManualClock>(),
                       std::make_shared<fakes::ManualWallClock>()) {}
    RunningStore(const std::string& path, store::SqliteSettings settings,
                 std::shared_ptr<fakes::ManualClock> clock, std::shared_ptr<fakes::ManualWallClock> wall)
        : clock_(std::move(clock)), wall_(std::move(wall)) {
        settings.path = path;
        store_.emplace(loop_.get_executor(), std::move(settings), *clock_, *wall_);
    }

    store::SqliteStore& operator*() { return *store_; }
    store::SqliteStore* operator->() { return &*store_; }
    Time now() const { return clock_->now(); }

    Result<std::optional<engine::StoredPolicy>> find(const std::string& domain) {
        return run(loop_, store_->find(Domain::parse(domain).value()));
    }
    std::vector<engine::StoredPolicy> all() {
        std::vector<engine::StoredPolicy> found;
        std::string from;
        do {
            auto page = run(loop_, store_->page(from));
            if (!page) return found;
            for (auto& policy : page->policies)
                found.push_back(std::move(policy));
            from = page->next;
        } while (!from.empty());
        return found;
    }
    /// Whether this comes about within ten seconds.
    template <class Condition>
    static bool eventually(Condition condition) {
        for (int i = 0; i < 2000; ++i) {
            if (condition()) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return false;
    }
    bool is_written() {
        return eventually([this] { return store_->statistics().pending == 0 && store_->reliable(); });
    }

private:
    std::shared_ptr<fakes::ManualClock> clock_;
    std::shared_ptr<fakes::ManualWallClock> wall_;
    boost::asio::io_context loop_{1};
    std::optional<store::SqliteStore> store_;
};

/// So that nobody waits for what happens in seconds otherwise.
inline store::SqliteSettings hasty() {
    store::SqliteSettings settings;
    settings.commit_pause = std::chrono::milliseconds(20);
    settings.retry_min = std::chrono::milliseconds(20);
    settings.retry_max = std::chrono::milliseconds(100);
    settings.clock_pause = std::chrono::milliseconds(10);
    return settings;
}

/// A closed file with so many policies.
inline void fill(const std::string& path, int count) {
    RunningStore store(path, hasty());
    for (int i = 0; i < count; ++i)
        store->save(numbered(i, store.now()));
    REQUIRE(store.is_written());
}

inline store::Database open_database(const std::string& path) {
    auto database = store::Database::open(path, store::Database::Access::read_write);
    REQUIRE(database.has_value());
    return *std::move(database);
}
inline void run_sql(const std::string& path, const char* sql) {
    REQUIRE(open_database(path).run(sql).has_value());
}

}  // namespace tlspolicy::test
