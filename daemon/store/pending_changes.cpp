#include "store/pending_changes.hpp"

#include <utility>

namespace tlspolicy::store {

using engine::StoredPolicy;

namespace {

std::size_t octets_of(const PendingChanges::Change& change) noexcept {
    const auto* policy = std::get_if<StoredPolicy>(&change);
    return policy == nullptr ? 0 : policy->body.size();
}

}  // namespace

// A mark changes a policy that waits to be written, and nothing of one that is to be erased.
void PendingChanges::merge(std::string domain, Change change) {
    const auto [place, is_new] = waiting_.try_emplace(std::move(domain), Marked{});
    const auto* mark = std::get_if<Marked>(&change);
    octets_ -= octets_of(place->second);
    if (mark == nullptr || is_new) {
        place->second = std::move(change);
    } else if (auto* policy = std::get_if<StoredPolicy>(&place->second)) {
        policy->checked = mark->checked;
        policy->used = mark->used;
    } else if (std::holds_alternative<Marked>(place->second)) {
        place->second = *mark;
    }
    octets_ += octets_of(place->second);
}

std::size_t PendingChanges::add(std::string_view domain, Change change, Time now) {
    const std::lock_guard lock(mutex_);
    const bool full = waiting_.size() >= most_ || octets_ + octets_of(change) > most_octets_;
    if (full && waiting_.find(domain) == waiting_.end()) {
        ++dropped_;
        return waiting_.size();
    }
    if (waiting_.empty()) oldest_waiting_ = now;
    merge(std::string(domain), std::move(change));
    return waiting_.size();
}

std::optional<std::optional<StoredPolicy>> PendingChanges::find(std::string_view domain) const {
    const std::lock_guard lock(mutex_);
    for (const Changes* changes : {&waiting_, &taken_}) {
        const auto found = changes->find(domain);
        if (found == changes->end() || std::holds_alternative<Marked>(found->second)) continue;
        const auto* policy = std::get_if<StoredPolicy>(&found->second);
        return policy == nullptr ? std::optional<StoredPolicy>() : std::optional(*policy);
    }
    return std::nullopt;
}

bool PendingChanges::replaces(std::string_view domain) const {
    const std::lock_guard lock(mutex_);
    for (const Changes* changes : {&waiting_, &taken_}) {
        const auto found = changes->find(domain);
        if (found != changes->end() && !std::holds_alternative<Marked>(found->second)) return true;
    }
    return false;
}

const PendingChanges::Changes& PendingChanges::take(std::size_t count) {
    const std::lock_guard lock(mutex_);
    while (!waiting_.empty() && taken_.size() < count) {
        octets_ -= octets_of(waiting_.begin()->second);
        taken_.insert(waiting_.extract(waiting_.begin()));
    }
    if (!oldest_taken_) oldest_taken_ = oldest_waiting_;
    if (waiting_.empty()) oldest_waiting_.reset();
    return taken_;
}

void PendingChanges::written() {
    Changes gone;  // freed after the lock
    const std::lock_guard lock(mutex_);
    gone.swap(taken_);
    oldest_taken_.reset();
}

void PendingChanges::failed() {
    const std::lock_guard lock(mutex_);
    Changes later = std::exchange(waiting_, std::exchange(taken_, {}));
    octets_ = 0;
    for (const auto& [domain, change] : waiting_)
        octets_ += octets_of(change);
    for (auto& [domain, change] : later)
        merge(domain, std::move(change));
    if (oldest_taken_) oldest_waiting_ = std::exchange(oldest_taken_, std::nullopt);
}

std::size_t PendingChanges::size() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size() + taken_.size();
}

std::size_t PendingChanges::dropped() const {
    const std::lock_guard lock(mutex_);
    return dropped_;
}

std::optional<Time> PendingChanges::oldest() const {
    const std::lock_guard lock(mutex_);
    return oldest_taken_ ? oldest_taken_ : oldest_waiting_;
}

}  // namespace tlspolicy::store
