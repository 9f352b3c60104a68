#pragma once

#include "dns/lookup.hpp"
#include "engine/ports.hpp"

namespace tlspolicy::dns {

engine::DnsAnswer<engine::TxtRecords> texts_of(LookupResult txt);

/// One family is enough, even where the other failed. The families take turns, IPv6 first.
engine::DnsAnswer<engine::HostAddresses> addresses_of(LookupResult v6, LookupResult v4);

}  // namespace tlspolicy::dns
