#include "https/policy_fetcher.hpp"

#include "async/slots.hpp"
#include "async/within.hpp"
#include "base/printable.hpp"
#include "https/address_guard.hpp"
#include "https/attempt.hpp"
#include "tls/context.hpp"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace tlspolicy::https {
namespace {

namespace asio = boost::asio;
using SteadyTime = std::chrono::steady_clock::time_point;

/// When a fetch ends.
enum class Extent : std::uint8_t { first_answer, every_address };

Result<void> check(const Settings& settings) {
    if (!settings.proxy || IpAddress::parse(settings.proxy->host)) return {};
    const auto host = Domain::parse(settings.proxy->host);
    if (host) return {};
    return host.error().in("proxy");
}

Duration until(SteadyTime end) {
    return std::chrono::ceil<Duration>(end - std::chrono::steady_clock::now());
}

/// The end of the next of `left` attempts: a fair share of the time that is left, so that one black hole does
/// not use up the others' time; but no less than a fifth of the whole, for too little is of use to none.
Deadline share_of(const Deadline& whole, std::size_t left) {
    if (left <= 1) return whole;
    const Duration rest = until(whole.at);
    const Duration fair = std::max(rest / static_cast<Duration::rep>(left), whole.since_start / 5);
    const Duration for_others = std::max(rest - fair, Duration(0));
    return {whole.at - for_others, whole.since_start - for_others};
}

/// Who waits longer stands behind more mute hosts than can be served: the queue must not grow without end.
/// That says nothing of the host.
Error no_slot(Duration patience) {
    return {ErrorKind::system,
            fmt::format("too many fetches at a time: no turn within {} ms", patience.count())};
}

/// A cancelled fetch has no result: what its last step reported is the cancellation, not the network.
asio::awaitable<void> throw_if_cancelled() {
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error(asio::error::operation_aborted);
}

}  // namespace

class HttpsPolicyFetcher::Impl {
public:
    Impl(asio::any_io_executor network, const Clock& clock, engine::DnsClient& dns, Settings settings)
        : network_(std::move(network)),
          clock_(clock),
          dns_(dns),
          slots_(network_, settings.concurrency),
          tls_(std::make_unique<tls::Context>(settings.ca_file, clock)),
          settings_(std::make_shared<const Settings>(std::move(settings))) {}

    Result<void> usable() {
        if (auto checked = check(*settings_); !checked) return checked;
        const auto tls = tls_->current();
        if (!tls) return tls.error();
        return {};
    }

    Result<void> configure(Settings settings) {
        if (auto checked = check(settings); !checked) return checked;
        if (settings.ca_file != tls_->ca_file()) {
            auto other = std::make_unique<tls::Context>(settings.ca_file, clock_);
            const auto tls = other->current();
            if (!tls) return tls.error();
            tls_ = std::move(other);
        }
        slots_.set_capacity(settings.concurrency);
        settings_ = std::make_shared<const Settings>(std::move(settings));
        return {};
    }

    asio::awaitable<Result<std::string>> fetch(Domain policy_domain, Extent extent) {
        const Duration patience = settings_->timeout;
        const SteadyTime until = std::chrono::steady_clock::now() + patience;
        const auto slot = co_await slots_.take(until);
        if (!slot) co_return no_slot(patience);
        auto result = co_await fetch_now(policy_domain, extent);
        if (!result) co_await throw_if_cancelled();
        co_return result;
    }

    void observe(FetchObserver& observer) { observer_ = &observer; }

private:
    using Addresses = Result<std::vector<IpAddress>>;

    asio::awaitable<Result<std::string>> fetch_now(Domain policy_domain, Extent extent) {
        const Duration limit = settings_->timeout;
        const Deadline deadline{std::chrono::steady_clock::now() + limit, limit};
        const auto host = policy_domain.below("mta-sts");
        if (!host) co_return host.error().as(ErrorKind::fetch);
        auto tls = tls_->current();
        if (!tls) co_return tls.error().as(ErrorKind::fetch);
        const Target target(std::string(host->text()), std::move(*tls), settings_);

        const auto addresses = co_await addresses_for(target, *host, deadline);
        if (!addresses) co_return addresses.error();
        auto result = co_await try_in_turn(policy_domain, target, *addresses, deadline, extent);
        co_return result;
    }

    asio::awaitable<Addresses> addresses_for(const Target& target, Domain host, Deadline deadline) {
        const auto& proxy = target.settings->proxy;
        if (!proxy) {
            auto found = co_await look_up(host, deadline);
            co_return found;
        }
        if (const auto address = IpAddress::parse(proxy->host)) co_return std::vector(1, *address);
        const auto proxy_host = Domain::parse(proxy->host);
        if (!proxy_host) co_return proxy_host.error().as(ErrorKind::fetch).in("proxy");
        auto found = co_await look_up(*proxy_host, deadline);
        if (!found) co_return found.error().in("proxy");
        co_return found;
    }

    asio::awaitable<Addresses> look_up(Domain host, Deadline deadline) {
        const Duration limit = until(deadline.at);
        auto lookup = dns_.addresses(host);
        auto answer = co_await async::within(limit, std::move(lookup));
        if (!answer) co_return deadline.passed(fmt::format("looking up the addresses of {}", host.text()));
        if (!*answer)
            co_return answer->error().as(ErrorKind::fetch).in(fmt::format("no address of {}", host.text()));
        auto* found = std::get_if<engine::HostAddresses>(&**answer);
        if (found == nullptr || found->addresses.empty())
            co_return Error(ErrorKind::fetch, fmt::format("{} has no address", host.text()));
        co_return std::move(found->addresses);
    }

    asio::awaitable<Result<std::string>> try_in_turn(Domain policy_domain, const Target& target,
                                                     const std::vector<IpAddress>& addresses,
                                                     Deadline deadline, Extent extent) {
        std::optional<std::string> policy;
        std::optional<FailedAttempt> furthest;
        const std::size_t count = std::min(addresses.size(), max_addresses);
        for (std::size_t tried = 0; tried < count; ++tried) {
            if (tried > 0 && until(deadline.at) <= Duration(0)) break;
            const IpAddress address = addresses[tried];
            const Deadline share = share_of(deadline, count - tried);
            auto outcome = co_await try_one(policy_domain, target, address, share);
            if (auto* body = std::get_if<std::string>(&outcome)) {
                if (!policy) policy = std::move(*body);
            } else {
                auto& failed = std::get<FailedAttempt>(outcome);
                if (failed.stage == Stage::certificate && addresses.size() > 1)
                    failed.error = Error(failed.error.kind(),
                                         fmt::format("{} (at {})", failed.error.message(), address.text()));
                if (!furthest || failed.stage > furthest->stage) furthest = std::move(failed);
            }
            const bool decided = policy || furthest->stage == Stage::answered;
            if (decided && extent == Extent::first_answer) break;
        }
        if (policy) co_return std::move(*policy);
        co_return std::move(furthest->error);
    }

    asio::awaitable<AttemptOutcome> try_one(const Domain& policy_domain, const Target& target,
                                            IpAddress address, Deadline share) {
        AttemptTrace trace{address};
        if (auto refused = guard(target, address)) {
            tell(policy_domain, trace, *refused);
            co_return std::move(*refused);
        }
        auto* const traced = observer_ == nullptr ? nullptr : &trace;
        auto outcome = co_await attempt(network_, target, address, share, traced);
        tell(policy_domain, trace, outcome);
        co_return outcome;
    }

    void tell(const Domain& policy_domain, AttemptTrace& trace, const AttemptOutcome& outcome) const {
        if (observer_ == nullptr) return;
        if (const auto* failed = std::get_if<FailedAttempt>(&outcome)) {
            trace.reached = failed->stage;
            trace.timed_out = failed->timed_out;
            trace.failure = failed->error;
        } else {
            trace.body = std::get<std::string>(outcome);
        }
        observer_->attempted(policy_domain, trace);
    }

    static std::optional<FailedAttempt> guard(const Target& target, const IpAddress& address) {
        if (target.settings->proxy) return std::nullopt;  // the operator chose the proxy
        const auto why = refusal(address, target.settings->allow_addresses);
        if (!why) return std::nullopt;
        return FailedAttempt{Stage::refused,
                             Error(ErrorKind::fetch, fmt::format("address {} of {} is refused: {}",
                                                                 address.text(), target.host, *why))};
    }

    asio::any_io_executor network_;
    const Clock& clock_;
    engine::DnsClient& dns_;
    async::Slots slots_;
    std::unique_ptr<tls::Context> tls_;
    std::shared_ptr<const Settings> settings_;
    FetchObserver* observer_ = nullptr;
};

HttpsPolicyFetcher::HttpsPolicyFetcher(asio::any_io_executor network, const Clock& clock,
                                       engine::DnsClient& dns, Settings settings)
    : impl_(std::make_unique<Impl>(std::move(network), clock, dns, std::move(settings))) {}

HttpsPolicyFetcher::~HttpsPolicyFetcher() = default;

Result<std::unique_ptr<HttpsPolicyFetcher>> HttpsPolicyFetcher::create(asio::any_io_executor network,
                                                                       const Clock& clock,
                                                                       engine::DnsClient& dns,
                                                                       Settings settings) {
    auto fetcher = std::make_unique<HttpsPolicyFetcher>(std::move(network), clock, dns, std::move(settings));
    if (const auto usable = fetcher->usable(); !usable) return usable.error();
    return fetcher;
}

Result<void> HttpsPolicyFetcher::usable() {
    return impl_->usable();
}

Result<void> HttpsPolicyFetcher::configure(Settings settings) {
    return impl_->configure(std::move(settings));
}

void HttpsPolicyFetcher::observe(FetchObserver& observer) {
    impl_->observe(observer);
}

asio::awaitable<Result<std::string>> HttpsPolicyFetcher::fetch(Domain policy_domain) {
    return impl_->fetch(policy_domain, Extent::first_answer);
}

asio::awaitable<Result<std::string>> HttpsPolicyFetcher::fetch_everywhere(Domain policy_domain) {
    return impl_->fetch(policy_domain, Extent::every_address);
}

}  // namespace tlspolicy::https
