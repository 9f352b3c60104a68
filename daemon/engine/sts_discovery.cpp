#include "engine/sts_discovery.hpp"

#include <utility>

namespace tlspolicy::engine {
namespace {

RecordOutcome read_record(const DnsAnswer<TxtRecords>& answer) {
    if (!answer) return answer.error();
    if (const auto* absent = std::get_if<Absent>(&answer.value())) {
        return RecordAbsent{absent->ttl, absent->why == Absent::Why::nxdomain ? "NXDOMAIN" : "no TXT record"};
    }
    const auto& records = std::get<TxtRecords>(answer.value());
    auto found = sts::find_record(records.texts);
    // A TXT record that is not ours is believed for as long as it says, like one that is.
    if (auto* none = std::get_if<sts::NoRecord>(&found))
        return RecordAbsent{records.ttl, std::move(none->why)};
    return RecordFound{std::get<sts::Record>(std::move(found)), records.ttl};
}

RecordOutcome no_such_name(const Error& why) {
    return RecordAbsent{std::nullopt, "no record can exist: " + why.message()};
}

}  // namespace

boost::asio::awaitable<RecordOutcome> StsDiscovery::look_up_record(Domain domain) {
    const auto name = domain.below("_mta-sts");
    if (!name) co_return no_such_name(name.error());
    const auto answer = co_await dns_.txt(*name);
    co_return read_record(answer);
}

boost::asio::awaitable<StsDiscovery::Policy> StsDiscovery::fetch_policy(Domain domain) {
    auto body = co_await fetcher_.fetch(domain);
    if (!body) co_return body.error();
    co_return pool_.intern(std::move(body).value());
}

}  // namespace tlspolicy::engine
