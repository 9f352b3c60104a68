#include "store/sqlite_store.hpp"

#include "async/reply.hpp"
#include "base/printable.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <variant>

namespace tlspolicy::store {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using engine::StoredPolicy;

constexpr std::size_t page_size = 500;
// What a wrong clock has made look expired is there again when the clock is right again.
constexpr Duration expired_for = std::chrono::hours(24);

std::uint64_t microseconds_since(std::chrono::steady_clock::time_point begin) {
    const auto passed = std::chrono::steady_clock::now() - begin;
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(passed).count());
}

/// A page begins after "<last used>:<domain>".
std::string text_of(const PolicyRows::Position& position) {
    return position.used == INT64_MIN ? std::string() : std::to_string(position.used) + ':' + position.domain;
}
PolicyRows::Position position_of(std::string_view text) {
    PolicyRows::Position position;
    const auto colon = text.find(':');
    if (colon == text.npos) return position;
    std::from_chars(text.data(), text.data() + colon, position.used);
    position.domain = text.substr(colon + 1);
    return position;
}

}  // namespace

struct SqliteStore::Counts {
    using Count = std::atomic<std::uint64_t>;
    Count finds{0}, found{0}, find_us{0}, longest_find_us{0}, commits{0}, commit_us{0}, changes{0}, errors{0},
        damaged_files{0}, damaged_rows{0};
};

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

// Network loop

template <class T, class Ask>
asio::awaitable<Result<T>> SqliteStore::ask(Ask on_store_thread) {
    const auto reply = std::make_shared<async::Reply<Result<T>>>(home_);
    asio::post(loop_, [this, reply, on_store_thread = std::move(on_store_thread)] {
        asio::post(home_, [reply, answer = on_store_thread()]() mutable { reply->set(std::move(answer)); });
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

// Store thread

Anchor SqliteStore::system_now() const {
    return {wall_clock_.boot(), clock_.now(), wall_clock_.now()};
}

void SqliteStore::open() {
    auto opened = SqliteFile::open(settings_.path);
    if (!opened && opened.error().damaged) {
        set_aside(opened.error().why);
        opened = SqliteFile::open(settings_.path);
    }
    if (!opened) return retry_later(opened.error().why);

    file_ = *std::move(opened);
    if (!calendar_) calendar_.emplace(file_->anchor(), system_now());
    watch_clock();
    if (!file_->writable())
        return retry_later(
            "its directory cannot be written to: policies are read from it, and new ones are not kept");
    retry_pause_ = settings_.retry_min;
    reliable_ = true;
    spdlog::info("store-opened path=\"{}\"{}", printable(settings_.path),
                 complained_.empty() ? "" : " after=trouble");
    complained_.clear();
    commit();
    tidy_later();
}

// Goes on with what there is, which may be a file that can be read only.
void SqliteStore::retry_later(const std::string& why) {
    reliable_ = false;
    unusable_ = why;
    ++counts_->errors;
    if (complained_ != why)
        spdlog::error("store-unusable path=\"{}\" reason=\"{}\" retry_s={}", printable(settings_.path),
                      printable(why, 400), retry_pause_.count() / 1000);
    complained_ = why;
    retry_timer_.expires_after(retry_pause_);
    retry_pause_ = std::min(retry_pause_ * 2, settings_.retry_max);
    retry_timer_.async_wait([this](const error_code& cancelled) {
        if (cancelled) return;
        if (file_ && file_->writable()) return commit();
        file_.reset();
        open();
    });
}

void SqliteStore::set_aside(const std::string& why) {
    file_.reset();
    const std::string aside = SqliteFile::set_aside(settings_.path, wall_clock_.now());
    ++counts_->damaged_files;
    ++counts_->errors;
    spdlog::error("store-damaged path=\"{}\" kept_as=\"{}\" reason=\"{}\"", printable(settings_.path),
                  printable(aside), printable(why, 400));
    ++generation_;  // whatever memory knows is to be written again
}

// A failure of an open file.
void SqliteStore::note(const SqliteFault& fault) {
    if (fault.kind == SqliteFault::Kind::damaged) {
        set_aside(fault.message);
        return open();
    }
    retry_later(fault.message);
}

void SqliteStore::commit_later() {
    commit_timer_.expires_after(settings_.commit_pause);
    commit_timer_.async_wait([this](const error_code& cancelled) {
        if (!cancelled) commit();
    });
}

void SqliteStore::commit() {
    if (!file_ || !file_->writable()) return;
    const auto& changes = pending_.take(settings_.commit_at);
    if (changes.empty()) return;
    const auto begin = std::chrono::steady_clock::now();
    const std::size_t count = changes.size();
    if (const auto written = write(changes); !written) {
        pending_.failed();
        return note(written.error());
    }
    pending_.written();
    ++counts_->commits;
    counts_->changes += count;
    counts_->commit_us += microseconds_since(begin);
    retry_timer_.cancel();
    retry_pause_ = settings_.retry_min;
    if (!complained_.empty()) spdlog::info("store-recovered path=\"{}\"", printable(settings_.path));
    complained_.clear();
    reliable_ = true;
    // What was dropped meanwhile is in memory, and is to be written now.
    if (const std::size_t dropped = pending_.dropped(); std::exchange(dropped_before_, dropped) != dropped)
        ++generation_;
    if (pending_.size() >= settings_.commit_at)
        asio::post(loop_, [this] { commit(); });
    else if (pending_.size() > 0)
        commit_later();
}

SqliteResult<void> SqliteStore::write(const PendingChanges::Changes& changes) {
    auto& rows = file_->rows();
    return file_->database().transact([&]() -> SqliteResult<void> {
        for (const auto& [domain, change] : changes) {
            SqliteResult<void> done;
            if (const auto* policy = std::get_if<StoredPolicy>(&change))
                done = rows.save(*policy, *calendar_);
            else if (const auto* mark = std::get_if<PendingChanges::Marked>(&change))
                done = rows.mark(domain, calendar_->wall(mark->checked), calendar_->wall(mark->used));
            else
                done = rows.erase(domain);
            if (!done) return done;
        }
        return rows.set_anchor(calendar_->anchor(clock_.now()));
    });
}

void SqliteStore::watch_clock() {
    if (!calendar_->behind_since()) return;
    clock_timer_.expires_after(settings_.clock_pause);
    clock_timer_.async_wait([this](const error_code& cancelled) {
        if (cancelled) return;
        if (file_) follow_clock();
        watch_clock();
    });
}

void SqliteStore::follow_clock() {
    if (!calendar_->followed(system_now())) return;
    // What waits goes by the ages that were given out until now.
    while (pending_.size() > 0 && reliable_)
        commit();
    const Anchor now = system_now();
    const auto right = calendar_->followed(now);
    if (!file_ || !right || (file_->writable() && pending_.size() > 0)) return;
    const Time since = *calendar_->behind_since();
    std::size_t redated = 0;
    if (file_->writable()) {
        const auto written = file_->database().transact([&]() -> SqliteResult<void> {
            const auto count = file_->rows().redate(calendar_->wall(since), *calendar_, *right);
            if (!count) return count.error();
            redated = *count;
            return file_->rows().set_anchor(right->anchor(now.time));
        });
        if (!written) return note(written.error());
    }
    const Duration by = right->wall(now.time) - calendar_->wall(now.time);
    spdlog::info("store-clock-followed path=\"{}\" by_s={} redated={}", printable(settings_.path),
                 by.count() / 1000, redated);
    calendar_ = right;
    misdated_until_ = since;
}

void SqliteStore::tidy_later() {
    tidy_timer_.expires_after(settings_.tidy_pause);
    tidy_timer_.async_wait([this](const error_code& cancelled) {
        if (cancelled || !file_ || !file_->writable()) return;
        const WallTime now = calendar_->wall(clock_.now());
        if (const auto tidied = file_->rows().tidy(now - expired_for); !tidied) return note(tidied.error());
        tidy_later();
    });
}

void SqliteStore::note_damaged_rows() {
    const std::size_t rows = file_->rows().damaged();
    if (rows == counts_->damaged_rows) return;
    counts_->damaged_rows = rows;
    if (const auto unsaid = damaged_rows_.admit())
        spdlog::error(
            "store-row-damaged path=\"{}\" rows={} unsaid={} reason=\"a checksum is wrong: the policy is not "
            "used, and fetched again\"",
            printable(settings_.path), rows, *unsaid);
}

Result<std::optional<StoredPolicy>> SqliteStore::find_row(const std::string& domain) {
    if (!file_) return Error(ErrorKind::system, "the store cannot be used: " + unusable_);
    auto found = file_->rows().find(domain, *calendar_);
    if (!found) {
        const Error error(ErrorKind::system, "the store failed: " + found.error().message);
        note(found.error());
        return error;
    }
    note_damaged_rows();
    return *std::move(found);
}

Result<engine::PolicyStore::Page> SqliteStore::read_page(const std::string& from) {
    if (!file_) return Error(ErrorKind::system, "the store cannot be used: " + unusable_);
    PolicyRows::Position position = position_of(from);
    auto policies = file_->rows().page(position, page_size, *calendar_);
    if (!policies) {
        const Error error(ErrorKind::system, "the store failed: " + policies.error().message);
        note(policies.error());
        return error;
    }
    note_damaged_rows();
    return Page{*std::move(policies), text_of(position)};
}

std::string to_text(const SqliteStore::Statistics& statistics) {
    return fmt::format(
        "store_finds={} store_found={} store_find_us={} store_longest_find_us={} store_commits={} "
        "store_commit_us={} store_changes={} store_errors={} store_damaged_files={} store_damaged_rows={} "
        "store_pending={} store_dropped={} store_oldest_pending_ms={}",
        statistics.finds, statistics.found, statistics.find_us, statistics.longest_find_us,
        statistics.commits, statistics.commit_us, statistics.changes, statistics.errors,
        statistics.damaged_files, statistics.damaged_rows, statistics.pending, statistics.dropped,
        statistics.oldest_pending.count());
}

}  // namespace tlspolicy::store
