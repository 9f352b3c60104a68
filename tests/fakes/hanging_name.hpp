#pragma once

#include <string>

namespace tlspolicy::fakes {

/// While it lives, getaddrinfo(3) of this program does not come back from one name; then it finds nothing.
class HangingName {
public:
    HangingName();
    HangingName(const HangingName&) = delete;
    HangingName& operator=(const HangingName&) = delete;
    /// Waits until nobody is held up any more.
    ~HangingName();

    static inline const std::string host = "hangs.invalid";
    /// How many are held up now.
    int held_up() const;
};

}  // namespace tlspolicy::fakes
