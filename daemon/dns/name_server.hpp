#pragma once

#include "dns/settings.hpp"

#include <span>
#include <string>

namespace tlspolicy::dns {

/// "192.0.2.1", "fe80::1%eth0"; with another port than 53 "192.0.2.1:5353", "[2001:db8::1]:5353".
std::string text_of(const NameServer& server);

/// All of them, with a blank between.
std::string text_of(std::span<const NameServer> servers);

}  // namespace tlspolicy::dns
