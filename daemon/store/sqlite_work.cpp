// What the own store does on its thread.
#include "base/printable.hpp"
#include "store/sqlite_counts.hpp"
#include "store/sqlite_store.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>
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

Anchor SqliteStore::system_now() const {
    return {wall_clock_.boot(), clock_.now(), wall_clock_.now()};
}

void SqliteStore::open() {
    auto opened = SqliteFile::open(settings_.path);
    if (!opened && opened.error().damaged) {
        if (!set_aside(opened.error().why)) return;
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
    said_damaged_ = false;
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
        std::error_code ignored;
        if (!std::filesystem::exists(settings_.path, ignored)) damage_.clear();
        if (damage_.empty() || set_aside(std::string(damage_))) open();
    });
}

// False: it has to stay, for now.
bool SqliteStore::set_aside(const std::string& why) {
    file_.reset();
    const auto aside = SqliteFile::set_aside(settings_.path, wall_clock_.now());
    if (!aside) {
        damage_ = why;
        retry_later(fmt::format("it is damaged ({}) and cannot be given another name: {}", why,
                                aside.error().message()));
        return false;
    }
    damage_.clear();
    ++counts_->damaged_files;
    ++counts_->errors;
    spdlog::error("store-damaged path=\"{}\" kept_as=\"{}\" reason=\"{}\"", printable(settings_.path),
                  printable(*aside), printable(why, 400));
    ++generation_;  // whatever memory knows is to be written again
    return true;
}

// A failure of an open file.
void SqliteStore::note(const SqliteFault& fault) {
    if (fault.kind != SqliteFault::Kind::damaged) return retry_later(fault.message);
    if (file_->writable()) {
        if (set_aside(fault.message)) open();
        return;
    }
    // It stays open for what is sound in it; retry_later() looks already whether it can be written.
    ++counts_->errors;
    if (!std::exchange(said_damaged_, true))
        spdlog::error(
            "store-unusable path=\"{}\" reason=\"it is damaged ({}), and stays, for its directory cannot be "
            "written to: policies are read from it as far as it is sound\"",
            printable(settings_.path), printable(fault.message, 400));
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
    if (changes.empty() && reliable_) return;
    const auto begin = std::chrono::steady_clock::now();
    const std::size_t count = changes.size();
    if (const auto written = write(changes); !written) {
        pending_.failed();
        return note(written.error());
    }
    ++counts_->commits;
    counts_->changes += count;
    counts_->commit_us += microseconds_since(begin);
    pending_.written();  // last: who sees that nothing is pending finds it counted
    retry_timer_.cancel();
    retry_pause_ = settings_.retry_min;
    if (!complained_.empty()) spdlog::info("store-recovered path=\"{}\"", printable(settings_.path));
    complained_.clear();
    // What was dropped meanwhile is in memory, and is to be written now. First: who sees that the store is
    // reliable is to see that it lacks something.
    if (const std::size_t dropped = pending_.dropped(); std::exchange(dropped_before_, dropped) != dropped)
        ++generation_;
    reliable_ = true;
    if (pending_.size() >= settings_.commit_at)
        asio::post(loop_, [this] { commit(); });
    else if (pending_.size() > 0)
        commit_later();
}

SqliteResult<void> SqliteStore::write(const PendingChanges::Changes& changes) {
    auto& rows = file_->rows();
    // After a failure it is a read, and the anchor's write, that show whether the file works again.
    if (!reliable_)
        if (const auto read = rows.find({}, *calendar_); !read) return read.error();
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
        if (cancelled) return;
        tidy_later();  // however this one goes
        tidy();
    });
}

// In steps, between which whoever asks has their turn.
void SqliteStore::tidy() {
    if (!file_ || !file_->writable()) return;
    const WallTime now = calendar_->wall(clock_.now());
    const auto finished = file_->rows().tidy(now - expired_for);
    if (!finished) return note(finished.error());
    if (!*finished) asio::post(loop_, [this] { tidy(); });
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

}  // namespace tlspolicy::store
