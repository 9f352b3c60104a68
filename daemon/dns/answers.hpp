#pragma once

#include "dns/lookup.hpp"
#include "engine/dane_ports.hpp"
#include "engine/ports.hpp"

namespace tlspolicy::dns {

engine::DnsAnswer<engine::TxtRecords> texts_of(LookupResult txt);

/// One family is enough, even where the other failed. The families take turns, IPv6 first.
engine::DnsAnswer<engine::HostAddresses> addresses_of(LookupResult v6, LookupResult v4);

engine::DnsAnswer<engine::MxRecords> exchanges_of(LookupResult mx);
engine::DnsAnswer<engine::AddressRecords> family_of(LookupResult one_family);
engine::DnsAnswer<engine::TlsaRecords> tlsa_of(LookupResult tlsa);
engine::DnsAnswer<engine::AliasRecord> alias_of(LookupResult cname);

}  // namespace tlspolicy::dns
