#pragma once

#include "base/clock.hpp"
#include "base/domain.hpp"
#include "base/error.hpp"
#include "base/log_limiter.hpp"
#include "base/wall_clock.hpp"
#include "engine/ports.hpp"
#include "store/pending_changes.hpp"
#include "store/settings.hpp"
#include "store/sqlite_file.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace tlspolicy::store {

/// The own store: an SQLite file, and a thread of its own for it, so that nobody waits for a disk but who
/// asks what only the disk knows. Changes are committed in groups. The members are for the network loop, but
/// for those that say otherwise.
class SqliteStore final : public engine::PolicyStore {
public:
    /// Begins to open the file; however that goes, the store is there. `home`: the network loop.
    SqliteStore(boost::asio::any_io_executor home, SqliteSettings settings, const Clock& clock,
                const WallClock& wall_clock);
    SqliteStore(const SqliteStore&) = delete;
    SqliteStore& operator=(const SqliteStore&) = delete;
    /// stop()s.
    ~SqliteStore() override;

    boost::asio::awaitable<Result<std::optional<engine::StoredPolicy>>> find(Domain domain) override;
    void save(engine::StoredPolicy policy) override;
    void erase(std::string_view domain) override;
    void mark(std::string_view domain, Time checked, Time used) override;
    boost::asio::awaitable<Result<Page>> page(std::string from) override;
    bool reliable() const noexcept override { return reliable_.load(std::memory_order_relaxed); }
    std::uint64_t generation() const noexcept override { return generation_.load(std::memory_order_relaxed); }

    Time misdated_until() const noexcept override { return misdated_until_.load(std::memory_order_relaxed); }

    /// Writes what is pending, and closes the file. No find() or page() may be under way any more.
    void stop();

    struct Statistics {
        std::uint64_t finds = 0;  ///< that the file was asked for
        std::uint64_t found = 0;
        std::uint64_t find_us = 0;  ///< all together, from the question to the answer
        std::uint64_t longest_find_us = 0;
        std::uint64_t skipped = 0;  ///< questions whose asker had given up before their turn
        std::uint64_t commits = 0;
        std::uint64_t commit_us = 0;
        std::uint64_t changes = 0;  ///< committed
        std::uint64_t errors = 0;
        std::uint64_t damaged_files = 0;  ///< set aside
        std::uint64_t damaged_rows = 0;   ///< that were as good as none
        std::size_t pending = 0;          ///< changes not yet committed
        std::size_t dropped = 0;    ///< changes that were too many to be kept while it could not be written
        Duration oldest_pending{};  ///< how long the oldest of them has waited
    };
    /// From any thread.
    Statistics statistics() const;

private:
    template <class T, class Ask>
    boost::asio::awaitable<Result<T>> ask(Ask on_store_thread);

    void change(std::string_view domain, PendingChanges::Change change);

    // On the store thread:
    void open();
    void retry_later(const std::string& why);
    bool set_aside(const std::string& why);
    void commit();
    SqliteResult<void> write(const PendingChanges::Changes& changes);
    void commit_later();
    void tidy_later();
    void tidy();
    void watch_clock();
    void follow_clock();
    void note(const SqliteFault& fault);
    void note_damaged_rows();
    Result<std::optional<engine::StoredPolicy>> find_row(const std::string& domain);
    Result<Page> read_page(const std::string& from);
    Anchor system_now() const;

    boost::asio::any_io_executor home_;
    const SqliteSettings settings_;
    const Clock& clock_;
    const WallClock& wall_clock_;
    PendingChanges pending_;
    std::atomic<std::size_t> asked_{0};  // questions that wait for their turn

    boost::asio::io_context loop_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    boost::asio::steady_timer retry_timer_;
    boost::asio::steady_timer commit_timer_;
    boost::asio::steady_timer clock_timer_;
    boost::asio::steady_timer tidy_timer_;
    std::unique_ptr<SqliteFile> file_;
    std::optional<Calendar> calendar_;             // from the first file on that was opened
    std::string unusable_ = "it is being opened";  // why, while there is no file_
    std::string complained_;                       // the last complaint in the log; empty: all is well
    std::string damage_;         // of a file that could not be set aside; empty: none is in the way
    bool said_damaged_ = false;  // of one that can only be read
    Duration retry_pause_;
    std::size_t dropped_before_ = 0;
    LogLimiter damaged_rows_;

    std::atomic<bool> reliable_{false};
    std::atomic<std::uint64_t> generation_{1};
    std::atomic<Time> misdated_until_{Time::min()};
    struct Counts;
    std::unique_ptr<Counts> counts_;
    std::thread thread_;  // last: everything else is there when it begins
};

/// "store_finds=12 store_found=3 ...", for a line of the log.
std::string to_text(const SqliteStore::Statistics& statistics);

}  // namespace tlspolicy::store
