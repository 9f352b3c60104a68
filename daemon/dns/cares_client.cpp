#include "dns/cares_client.hpp"

#include "dns/answers.hpp"
#include "dns/lookup_queue.hpp"
#include "dns/resolv_conf_watch.hpp"
#include "dns/upstreams.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>

namespace tlspolicy::dns {
namespace {

namespace asio = boost::asio;

struct StartLookup {
    template <class Handler>
    void operator()(Handler handler, std::shared_ptr<Lookup> lookup) const {
        lookup->start(std::move(handler));
    }
};

// Not in the awaiting expression, where g++ 12 would destroy the arguments twice.
template <class Token>
auto async_run(std::shared_ptr<Lookup> lookup, Token&& token) {
    return asio::async_initiate<Token, void(boost::system::error_code, LookupResult)>(StartLookup{}, token,
                                                                                      std::move(lookup));
}

auto both(std::shared_ptr<Lookup> first, std::shared_ptr<Lookup> second) {
    return asio::experimental::make_parallel_group(async_run(std::move(first), asio::deferred),
                                                   async_run(std::move(second), asio::deferred));
}

}  // namespace

CaresClient::CaresClient(asio::any_io_executor network, const Clock& clock, Settings settings)
    : network_(std::move(network)), clock_(clock), queue_(std::make_shared<LookupQueue>(network_)) {
    configure(std::move(settings));
}

CaresClient::~CaresClient() {
    queue_->shut();
    upstreams_->shut();
    for (const auto& former : former_)
        if (const auto upstreams = former.lock()) upstreams->shut();
}

void CaresClient::configure(Settings settings) {
    if (upstreams_ != nullptr && settings == settings_) return;
    settings_ = std::move(settings);
    if (!settings_.servers.empty())
        resolv_conf_.reset();
    else if (resolv_conf_ == nullptr || resolv_conf_->path() != settings_.resolv_conf)
        resolv_conf_ = std::make_unique<ResolvConfWatch>(clock_, settings_.resolv_conf);
    use_servers();
}

void CaresClient::use_servers() {
    std::erase_if(former_, [](const auto& former) { return former.expired(); });
    if (upstreams_ != nullptr) former_.push_back(upstreams_);
    upstreams_ = std::make_shared<Upstreams>(
        network_, resolv_conf_ != nullptr ? resolv_conf_->servers() : settings_.servers, settings_);
    if (on_change_) on_change_();
}

std::shared_ptr<Lookup> CaresClient::prepare(Question question, Edns edns) {
    if (resolv_conf_ != nullptr && resolv_conf_->refresh()) use_servers();
    return std::make_shared<Lookup>(queue_, upstreams_, std::move(question), edns, observer_);
}

std::shared_ptr<Lookup> CaresClient::prepare(const Domain& name, RecordType type, Edns edns) {
    Question question;
    question.name = name.text();
    question.type = type;
    return prepare(std::move(question), edns);
}

asio::awaitable<engine::DnsAnswer<engine::TxtRecords>> CaresClient::txt(Domain name) {
    auto lookup = prepare(name, RecordType::txt, Edns::on);
    LookupResult result = co_await async_run(std::move(lookup), asio::use_awaitable);
    co_return texts_of(std::move(result));
}

asio::awaitable<CaresClient::Families> CaresClient::both_families(Domain host, Edns edns) {
    auto v6 = prepare(host, RecordType::aaaa, edns);
    auto v4 = prepare(host, RecordType::a, edns);
    auto group = both(std::move(v6), std::move(v4));
    auto outcome = co_await group.async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
    auto& [order, v6_code, v6_result, v4_code, v4_result] = outcome;  // by reference: GCC PR 124584
    if (v6_code || v4_code) throw boost::system::system_error(v6_code ? v6_code : v4_code);
    co_return Families(std::move(v6_result), std::move(v4_result));
}

asio::awaitable<engine::DnsAnswer<engine::HostAddresses>> CaresClient::addresses(Domain host) {
    Families families = co_await both_families(host, Edns::on);
    co_return addresses_of(std::move(families.first), std::move(families.second));
}

asio::awaitable<engine::HostRecords> CaresClient::host(Domain host) {
    Families families = co_await both_families(host, Edns::dnssec);
    co_return engine::HostRecords{family_of(std::move(families.first)),
                                  family_of(std::move(families.second))};
}

asio::awaitable<engine::DnsAnswer<engine::MxRecords>> CaresClient::mx(Domain domain) {
    auto lookup = prepare(domain, RecordType::mx, Edns::dnssec);
    LookupResult result = co_await async_run(std::move(lookup), asio::use_awaitable);
    co_return exchanges_of(std::move(result));
}

asio::awaitable<engine::DnsAnswer<engine::TlsaRecords>> CaresClient::tlsa(Domain name) {
    auto lookup = prepare(name, RecordType::tlsa, Edns::dnssec);
    LookupResult result = co_await async_run(std::move(lookup), asio::use_awaitable);
    co_return tlsa_of(std::move(result));
}

asio::awaitable<engine::DnsAnswer<engine::AliasRecord>> CaresClient::alias(Domain name) {
    auto lookup = prepare(name, RecordType::cname, Edns::dnssec);
    LookupResult result = co_await async_run(std::move(lookup), asio::use_awaitable);
    co_return alias_of(std::move(result));
}

asio::awaitable<Result<bool>> CaresClient::validates() {
    Question question;  // of the root, which is signed
    question.type = RecordType::ns;
    auto lookup = prepare(std::move(question), Edns::dnssec);
    LookupResult result = co_await async_run(std::move(lookup), asio::use_awaitable);
    if (!result) co_return result.error();
    const auto* found = std::get_if<Found>(&*result);
    co_return found != nullptr && found->secure;
}

}  // namespace tlspolicy::dns
