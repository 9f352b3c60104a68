#include "engine/refresher.hpp"

namespace tlspolicy::engine {
namespace {

struct Nurse {
    const Settings& settings;
    Time now;
    Duration unused;

    Care operator()(const cache::Unknown&) const noexcept { return Care::forget; }
    Care operator()(const cache::NoRecord& state) const noexcept {
        return now < state.until ? Care::none : Care::forget;
    }
    Care operator()(const cache::Unavailable& state) const noexcept {
        // Remembered beyond its pause: a host that goes on failing is to meet ever longer ones.
        return now < state.failure.retry + settings.retry_after_max ? Care::none : Care::forget;
    }
    Care operator()(const cache::Cached& state) const noexcept {
        if (now > state.expires) {
            const bool pausing = state.failure != nullptr && now < state.failure->retry;
            return pausing ? Care::none : Care::forget;
        }
        return now >= state.refresh && unused < settings.forget_unused ? Care::refresh : Care::none;
    }
};

}  // namespace

Care care_for(const cache::Entry& entry, const Settings& settings, Time now) noexcept {
    return std::visit(Nurse{settings, now, now - entry.last_used()}, entry.sts());
}

}  // namespace tlspolicy::engine
