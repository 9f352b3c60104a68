#include "base/wall_clock.hpp"

#include <fstream>

namespace tlspolicy {

WallTime SystemWallClock::now() const noexcept {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

std::string SystemWallClock::boot() const {
    std::string id;
    std::ifstream file("/proc/sys/kernel/random/boot_id");  // random(4)
    std::getline(file, id);
    return id;
}

}  // namespace tlspolicy
