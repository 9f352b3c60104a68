#pragma once

#include "base/clock.hpp"
#include "base/wall_clock.hpp"
#include "dns/cares_client.hpp"
#include "engine/dane_discovery.hpp"
#include "https/policy_fetcher.hpp"
#include "inquiry/journal.hpp"
#include "inquiry/recording.hpp"
#include "inquiry/survey.hpp"
#include "smtp/settings.hpp"
#include "tls/context.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <vector>

namespace tlspolicy::inquiry {

/// Looks at a domain as a sender would that knows nothing yet, with the daemon's own adapters and discovery,
/// and then at its mail hosts, all of them at one time. One thread; one look.
class Surveyor {
public:
    /// More addresses of a host are not probed.
    static constexpr std::size_t max_addresses = 8;

    Surveyor(const dns::Settings& dns, const https::Settings& https, smtp::Settings smtp);
    ~Surveyor();
    Surveyor(const Surveyor&) = delete;
    Surveyor& operator=(const Surveyor&) = delete;

    /// Fails where the trusted roots cannot be read.
    Result<void> usable() { return fetcher_.usable(); }

    Survey look_at(const Domain& domain);

private:
    using Work = boost::asio::awaitable<void>;

    Work look_up_record(Domain name, engine::DnsAnswer<engine::TxtRecords>& into);
    Work fetch_policy(Domain domain, FetchedPolicy& into);
    Work discover_hosts(Domain domain, Survey& survey);
    Work complete(SurveyedHost& host);
    Work probe_address(std::string host, ProbedAddress& at);

    void list_others(Survey& survey) const;
    void take_tlsa(SurveyedHost& host) const;
    void take_addresses(SurveyedHost& host) const;
    void judge_certificates(Survey& survey);
    void run(std::vector<Work> works);

    boost::asio::io_context loop_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{loop_.get_executor()};
    SystemClock clock_;
    SystemWallClock wall_clock_;
    https::Settings https_;
    smtp::Settings smtp_;
    Journal journal_;
    dns::CaresClient dns_;
    RecordingDns recorded_;
    RecordingWire wire_;
    https::HttpsPolicyFetcher fetcher_;
    tls::Context roots_;
    engine::DaneDiscovery discovery_;
};

}  // namespace tlspolicy::inquiry
