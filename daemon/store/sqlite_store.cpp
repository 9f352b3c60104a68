#include "store/sqlite_store.hpp"

#include "async/reply.hpp"
#include "base/printable.hpp"
#include "store/sqlite_counts.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace tlspolicy::store {
namespace {

namespace asio = boost::asio;
using engine::StoredPolicy;

}  // namespace

SqliteStore::SqliteStore(asio::any_io_executor home, SqliteSettings settings, const Clock& clock,
                         const WallClock& wall_clock)
    : home_(std::move(home)),
      settings_(std::move(settings)),
      clock_(clock),
      wall_clock_(wall_clock),
      pending_(settings_.max_pending, settings_.max_pending_octets),
      work_(loop_.get_executor()),
      retry_timer_(loop_),
      commit_timer_(loop_),
      clock_timer_(loop_),
      tidy_timer_(loop_),
      retry_pause_(settings_.retry_min),
      damaged_rows_(clock),
      counts_(std::make_unique<Counts>()) {
    asio::post(loop_, [this] { open(); });
    thread_ = std::thread([this] { loop_.run(); });
}

SqliteStore::~SqliteStore() {
    stop();
}

void SqliteStore::stop() {
    if (!thread_.joinable()) return;
    asio::post(loop_, [this] {
        do {
            commit();
        } while (file_ && pending_.size() > 0 && reliable_);
        if (const std::size_t lost = pending_.size(); lost > 0)
            spdlog::error(
                "store-changes-lost path=\"{}\" changes={} reason=\"it could not be written before the end\"",
                printable(settings_.path), lost);
        file_.reset();
        loop_.stop();
    });
    thread_.join();
}

template <class T, class Ask>
asio::awaitable<Result<T>> SqliteStore::ask(Ask on_store_thread) {
    if (asked_ >= settings_.max_asked) co_return Error(ErrorKind::system, "the store is asked too much");
    ++asked_;
    const auto reply = std::make_shared<async::Reply<Result<T>>>(home_);
    asio::post(loop_, [this, waiting = std::weak_ptr(reply), on_store_thread = std::move(on_store_thread)] {
        --asked_;
        auto asker = waiting.lock();  // null: whoever asked has given up, and so does the disk
        if (!asker) {
            ++counts_->skipped;
            return;
        }
        asio::post(home_, [asker = std::move(asker), answer = on_store_thread()]() mutable {
            asker->set(std::move(answer));
        });
    });
    auto answer = co_await reply->wait(settings_.find_limit);
    if (!answer) co_return Error(ErrorKind::system, "the store takes too long");
    co_return *std::move(answer);
}

asio::awaitable<Result<std::optional<StoredPolicy>>> SqliteStore::find(Domain domain) {
    const auto pending = pending_.find(domain.text());
    if (pending) co_return *pending;
    const auto begin = std::chrono::steady_clock::now();
    ++counts_->finds;
    auto look = [this, name = std::string(domain.text())] { return find_row(name); };
    auto found = co_await ask<std::optional<StoredPolicy>>(std::move(look));
    if (found && *found) ++counts_->found;
    const std::uint64_t took = microseconds_since(begin);
    counts_->find_us += took;
    counts_->longest_find_us = std::max(counts_->longest_find_us.load(), took);
    co_return found;
}

asio::awaitable<Result<engine::PolicyStore::Page>> SqliteStore::page(std::string from) {
    auto read = [this, from = std::move(from)] { return read_page(from); };
    auto page = co_await ask<Page>(std::move(read));
    // What has changed since is known better by who changed it.
    if (page)
        std::erase_if(page->policies,
                      [this](const StoredPolicy& policy) { return pending_.replaces(policy.domain); });
    co_return page;
}

void SqliteStore::save(StoredPolicy policy) {
    const std::string domain = policy.domain;
    change(domain, std::move(policy));
}
void SqliteStore::erase(std::string_view domain) {
    change(domain, PendingChanges::Erased{});
}
void SqliteStore::mark(std::string_view domain, Time checked, Time used) {
    change(domain, PendingChanges::Marked{checked, used});
}

void SqliteStore::change(std::string_view domain, PendingChanges::Change change) {
    const std::size_t waiting = pending_.add(domain, std::move(change), clock_.now());
    if (waiting == 1) asio::post(loop_, [this] { commit_later(); });
    if (waiting == settings_.commit_at) asio::post(loop_, [this] { commit(); });
}

SqliteStore::Statistics SqliteStore::statistics() const {
    const Counts& counts = *counts_;
    Statistics all;
    all.finds = counts.finds;
    all.found = counts.found;
    all.find_us = counts.find_us;
    all.longest_find_us = counts.longest_find_us;
    all.skipped = counts.skipped;
    all.commits = counts.commits;
    all.commit_us = counts.commit_us;
    all.changes = counts.changes;
    all.errors = counts.errors;
    all.damaged_files = counts.damaged_files;
    all.damaged_rows = counts.damaged_rows;
    all.pending = pending_.size();
    all.dropped = pending_.dropped();
    if (const auto oldest = pending_.oldest()) all.oldest_pending = clock_.now() - *oldest;
    return all;
}

std::string to_text(const SqliteStore::Statistics& statistics) {
    return fmt::format(
        "store_finds={} store_found={} store_find_us={} store_longest_find_us={} store_skipped={} "
        "store_commits={} "
        "store_commit_us={} store_changes={} store_errors={} store_damaged_files={} store_damaged_rows={} "
        "store_pending={} store_dropped={} store_oldest_pending_ms={}",
        statistics.finds, statistics.found, statistics.find_us, statistics.longest_find_us,
        statistics.skipped, statistics.commits, statistics.commit_us, statistics.changes, statistics.errors,
        statistics.damaged_files, statistics.damaged_rows, statistics.pending, statistics.dropped,
        statistics.oldest_pending.count());
}

}  // namespace tlspolicy::store
