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

/// What every kind of records begins with; `take` adds the data of one record.
template <class Records, class Take>
engine::DnsAnswer<Records> records_of(LookupResult result, Take take) {
    if (!result) return result.error();
    auto* found = std::get_if<Found>(&*result);
    if (found == nullptr) return std::get<Absent>(*result);
    Records records;
    records.ttl = std::chrono::seconds(found->ttl);
    if constexpr (requires { records.secure; }) records.secure = found->secure;
    for (Record& record : found->records)
        take(records, record);
    return records;
}

}  // namespace

engine::DnsAnswer<TxtRecords> texts_of(LookupResult txt) {
    return records_of<TxtRecords>(std::move(txt), [](TxtRecords& records, Record& record) {
        records.texts.push_back(std::move(std::get<Record::Text>(record.data).joined));
    });
}

engine::DnsAnswer<engine::MxRecords> exchanges_of(LookupResult mx) {
    return records_of<engine::MxRecords>(std::move(mx), [](engine::MxRecords& records, Record& record) {
        auto& exchange = std::get<Record::Exchange>(record.data);
        records.exchanges.push_back({exchange.preference, std::move(exchange.host)});
    });
}

engine::DnsAnswer<engine::AddressRecords> family_of(LookupResult one_family) {
    const auto take = [](engine::AddressRecords& records, Record& record) {
        records.addresses.push_back(std::get<IpAddress>(record.data));
        records.owner = std::move(record.owner);
    };
    return records_of<engine::AddressRecords>(std::move(one_family), take);
}

engine::DnsAnswer<engine::TlsaRecords> tlsa_of(LookupResult tlsa) {
    return records_of<engine::TlsaRecords>(std::move(tlsa), [](engine::TlsaRecords& records, Record& record) {
        records.records.push_back(std::move(std::get<dane::Tlsa>(record.data)));
    });
}

engine::DnsAnswer<engine::AliasRecord> alias_of(LookupResult cname) {
    return records_of<engine::AliasRecord>(
        std::move(cname), [](engine::AliasRecord& records, Record& record) {
            records.target = std::move(std::get<Record::Alias>(record.data).target);
        });
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
