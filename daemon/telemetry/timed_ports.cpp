#include "telemetry/timed_ports.hpp"

#include "telemetry/exposition.hpp"

#include <algorithm>
#include <utility>

namespace tlspolicy::telemetry {

namespace asio = boost::asio;

template <class Records>
TimedDns::Result TimedDns::result_of(const engine::DnsAnswer<Records>& answer) noexcept {
    if (!answer) return failed;
    return std::holds_alternative<engine::Absent>(*answer) ? absent : found;
}

void TimedDns::note(Type type, Result result, Time begun) noexcept {
    ++results_[type][result];
    took_[type].observe(clock_.now() - begun);
}

asio::awaitable<engine::DnsAnswer<engine::TxtRecords>> TimedDns::txt(Domain name) {
    const Time begun = clock_.now();
    auto answer = co_await sts_.txt(name);
    note(txt_type, result_of(answer), begun);
    co_return answer;
}

asio::awaitable<engine::DnsAnswer<engine::HostAddresses>> TimedDns::addresses(Domain host) {
    const Time begun = clock_.now();
    auto answer = co_await sts_.addresses(host);
    note(address_type, result_of(answer), begun);
    co_return answer;
}

asio::awaitable<engine::DnsAnswer<engine::MxRecords>> TimedDns::mx(Domain domain) {
    const Time begun = clock_.now();
    auto answer = co_await dane_.mx(domain);
    note(mx_type, result_of(answer), begun);
    co_return answer;
}

asio::awaitable<engine::HostRecords> TimedDns::host(Domain host) {
    const Time begun = clock_.now();
    engine::HostRecords answer = co_await dane_.host(host);
    note(address_type, std::min(result_of(answer.v4), result_of(answer.v6)), begun);
    co_return answer;
}

asio::awaitable<engine::DnsAnswer<engine::TlsaRecords>> TimedDns::tlsa(Domain name) {
    const Time begun = clock_.now();
    auto answer = co_await dane_.tlsa(name);
    note(tlsa_type, result_of(answer), begun);
    co_return answer;
}

asio::awaitable<engine::DnsAnswer<engine::AliasRecord>> TimedDns::alias(Domain name) {
    const Time begun = clock_.now();
    auto answer = co_await dane_.alias(name);
    note(cname_type, result_of(answer), begun);
    co_return answer;
}

void TimedDns::show(Exposition& exposition) const {
    constexpr std::array<const char*, types> type_names{"TXT", "address", "MX", "TLSA", "CNAME"};
    constexpr std::array<const char*, results> result_names{"found", "absent", "failed"};
    for (std::size_t type = 0; type < types; ++type)
        for (std::size_t result = 0; result < results; ++result)
            exposition.counter("tlspolicyd_dns_lookups_total", "DNS lookups, by type and result",
                               {{"type", type_names[type]}, {"result", result_names[result]}},
                               static_cast<double>(results_[type][result]));
    for (std::size_t type = 0; type < types; ++type)
        exposition.histogram("tlspolicyd_dns_lookup_seconds", "How long DNS lookups took",
                             {{"type", type_names[type]}}, took_[type]);
}

asio::awaitable<Result<std::string>> TimedFetcher::fetch(Domain policy_domain) {
    const Time begun = clock_.now();
    auto fetched = co_await fetcher_.fetch(policy_domain);
    took_.observe(clock_.now() - begun);
    if (fetched)
        ++fetched_;
    else if (fetched.error().kind() == ErrorKind::webpki)
        ++certificates_refused_;
    else
        ++failed_;
    co_return fetched;
}

void TimedFetcher::show(Exposition& exposition) const {
    for (const auto& [result, count] :
         {std::pair{"fetched", fetched_}, std::pair{"webpki", certificates_refused_},
          std::pair{"failed", failed_}})
        exposition.counter("tlspolicyd_policy_fetches_total",
                           "Policies fetched by HTTPS, by result; webpki: the certificate was refused",
                           {{"result", result}}, static_cast<double>(count));
    exposition.histogram("tlspolicyd_policy_fetch_seconds", "How long fetches took, failed ones included", {},
                         took_);
}

}  // namespace tlspolicy::telemetry
