#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <optional>

namespace tlspolicy::app {

/// What the service manager's watchdog is to be told: nothing at all as soon as a part of the daemon stands
/// still, so that it is started anew.
class Watchdog {
public:
    enum class Word : std::uint8_t {
        none,
        alive,    ///< for the service manager
        stalled,  ///< for the log, once each time
    };

    /// `limit`: of the service manager; zero: there is none.
    explicit Watchdog(Duration limit) : limit_(limit) {}

    /// A loop that has shown nothing since then stands still.
    Time oldest_sign(Time now) const { return now - limit_ / 2; }

    /// Several times a second; `turning`: whether every loop has turned since oldest_sign().
    Word look(Time now, bool turning) {
        if (limit_ == Duration::zero()) return Word::none;
        // A machine that slept finds every sign old, but not twice in a row.
        if (!turning) {
            if (!still_since_) still_since_ = now;
            if (told_ || now - *still_since_ < limit_ / 4) return Word::none;
            told_ = true;
            return Word::stalled;
        }
        still_since_.reset();
        told_ = false;
        if (now < next_) return Word::none;
        next_ = now + limit_ / 4;
        return Word::alive;
    }

private:
    Duration limit_;
    Time next_{};
    std::optional<Time> still_since_;
    bool told_ = false;
};

}  // namespace tlspolicy::app
