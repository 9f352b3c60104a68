#include "dns/answers.hpp"

#include <algorithm>
#include <chrono>

namespace tlspolicy::dns {
namespace {

using engine::Absent;
using engine::HostAddresses;
using engine::TxtRecords;

const Found* found_in(const LookupResult& result) {
    return result ? std::get_if<Found>(&*result) : nullptr;
}

std::vector<IpAddress> take_turns(const Found* first, const Found* second) {
    std::vector<IpAddress> all;
    const std::size_t first_size = first != nullptr ? first->records.size() : 0;
    const std::size_t second_size = second != nullptr ? second->records.size() : 0;
    all.reserve(first_size + second_size);
    for (std::size_t i = 0; i < std::max(first_size, second_size); ++i) {
        if (i < first_size) all.push_back(std::get<IpAddress>(first->records[i].data));
        if (i < second_size) all.push_back(std::get<IpAddress>(second->records[i].data));
    }
    return all;
}

/// "There is none" is for the shorter of both times; a name without one of the families exists.
Absent neither(const Absent& a, const Absent& b) {
    Absent none;
    const bool both_nxdomain = a.why == Absent::Why::nxdomain && b.why == Absent::Why::nxdomain;
    none.why = both_nxdomain ? Absent::Why::nxdomain : Absent::Why::nodata;
    if (a.ttl && b.ttl) none.ttl = std::min(*a.ttl, *b.ttl);
    return none;
}

}  // namespace

engine::DnsAnswer<TxtRecords> texts_of(LookupResult txt) {
    if (!txt) return txt.error();
    auto* found = std::get_if<Found>(&*txt);
    if (found == nullptr) return std::get<Absent>(*txt);
    TxtRecords records;
    records.ttl = std::chrono::seconds(found->ttl);
    records.texts.reserve(found->records.size());
    for (Record& record : found->records)
        records.texts.push_back(std::move(std::get<Record::Text>(record.data).joined));
    return records;
}

engine::DnsAnswer<HostAddresses> addresses_of(LookupResult v6, LookupResult v4) {
    const Found* found_v6 = found_in(v6);
    const Found* found_v4 = found_in(v4);
    if (found_v6 != nullptr || found_v4 != nullptr) {
        HostAddresses host;
        host.addresses = take_turns(found_v6, found_v4);
        host.ttl = std::chrono::seconds(std::min(found_v6 != nullptr ? found_v6->ttl : found_v4->ttl,
                                                 found_v4 != nullptr ? found_v4->ttl : found_v6->ttl));
        return host;
    }
    if (!v4) return v4.error();
    if (!v6) return v6.error();
    return neither(std::get<Absent>(*v6), std::get<Absent>(*v4));
}

}  // namespace tlspolicy::dns
