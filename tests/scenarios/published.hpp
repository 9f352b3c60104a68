#pragma once

#include "world.hpp"

#include <cstddef>
#include <string>

namespace tlspolicy::scenarios {

inline std::string name(int number) {
    return "d" + std::to_string(number) + ".example.com";
}

inline engine::Settings room_for(std::size_t entries) {
    engine::Settings settings;
    settings.max_entries = entries;
    return settings;
}

inline void publish(World& world, const std::string& domain, const std::string& id = "id1",
                    const std::string& mx = "mx.example.com", seconds max_age = week) {
    world.record(domain, id);
    world.policy(domain, enforce(mx, max_age));
}

inline void vanish(World& world, const std::string& domain) {
    world.nxdomain(domain);
    world.policy_fails(domain, ErrorKind::fetch, "connection refused");
}

}  // namespace tlspolicy::scenarios
