#include "app/monitoring.hpp"

#include "base/version.hpp"
#include "telemetry/process.hpp"

#include <chrono>
#include <utility>

namespace tlspolicy::app {
namespace {

namespace asio = boost::asio;
using server::HttpRequest;
using server::HttpResponse;
using telemetry::Exposition;

constexpr std::chrono::seconds silence_limit{5};  // of a serving loop that shows itself each `heartbeat`
constexpr std::string_view exposition_type = "text/plain; version=0.0.4; charset=utf-8";

asio::awaitable<HttpResponse> index(HttpRequest /*request*/) {
    HttpResponse response(200,
                          "tlspolicyd " + std::string(version())
                              + "\n/metrics  for Prometheus\n/healthz  whether it is alive\n"
                                "/readyz   whether it can do its work\n");
    co_return response;
}

double number(auto value) {
    return static_cast<double>(value);
}

}  // namespace

Monitoring::Monitoring(Watched watched) : watched_(watched) {
    routes_.add("GET", "/", index);
    routes_.add("GET", "/metrics", [this](HttpRequest) { return metrics(); });
    routes_.add("GET", "/healthz", [this](HttpRequest) { return health(); });
    routes_.add("GET", "/readyz", [this](HttpRequest) { return readiness(); });
}

asio::awaitable<HttpResponse> Monitoring::metrics() const {
    Exposition exposition;
    show(exposition);
    HttpResponse response(200, exposition.text(), std::string(exposition_type));
    co_return response;
}

// Who answers this is the network loop; the serving loops have to say something, too.
asio::awaitable<HttpResponse> Monitoring::health() {
    HttpResponse response(200, "ok\n");
    if (!watched_.server.alive_since(watched_.clock.now() - silence_limit)) {
        response.status = 503;
        response.body = "a thread that serves Postfix does not turn\n";
    }
    co_return response;
}

asio::awaitable<HttpResponse> Monitoring::readiness() {
    const auto resolver = co_await watched_.resolver.recent();
    std::string reasons;
    if (resolver == ResolverWatch::State::not_tested) reasons += "the resolver has not answered yet\n";
    if (resolver == ResolverWatch::State::not_answering)
        reasons += "the resolver does not answer: " + watched_.resolver.reason() + '\n';
    if (watched_.store != nullptr && !watched_.store->reliable())
        reasons += "the store cannot be used: see store-unusable in the log\n";
    HttpResponse response(200, "ok\n");
    if (!reasons.empty()) {
        response.status = 503;
        response.body = std::move(reasons);
    }
    co_return response;
}

void Monitoring::show(Exposition& exposition) const {
    exposition.gauge("tlspolicyd_build_info", "The version, as a label",
                     {{"version", std::string(version())}}, 1);
    watched_.counters.show(exposition);
    show_clients(exposition);
    watched_.dns.show(exposition);
    watched_.fetcher.show(exposition);
    using State = ResolverWatch::State;
    const auto state = watched_.resolver.state();
    exposition.gauge("tlspolicyd_resolver_answering", "1: the resolver answered when it was last tried", {},
                     state == State::validating || state == State::not_validating ? 1 : 0);
    exposition.gauge("tlspolicyd_resolver_validating",
                     "1: it validates DNSSEC, and is believed; without, no domain is taken to do DANE", {},
                     state == State::validating ? 1 : 0);
    show_cache(exposition);
    show_stores(exposition);
    telemetry::show_process(exposition);
}

void Monitoring::show_clients(Exposition& exposition) const {
    const auto& traffic = watched_.server.traffic();
    const auto& names = traffic.maps.names();
    for (std::size_t slot = 0; slot < names.size(); ++slot)
        for (std::size_t answer = 0; answer < server::MapCounters::answers; ++answer)
            exposition.counter("tlspolicyd_queries_total", "What Postfix was told, by map and answer",
                               {{"map", names[slot]}, {"answer", telemetry::Counters::answer_name(answer)}},
                               number(traffic.maps.of(slot, answer)));
    exposition.histogram("tlspolicyd_lookup_wait_seconds",
                         "How long lookups waited that memory could not answer", {}, traffic.waits);
    exposition.histogram(
        "tlspolicyd_cached_answer_seconds",
        "How long answers from memory took, from the request read to the reply sent: a sample", {},
        traffic.quick);
    exposition.gauge("tlspolicyd_lookups_waiting", "Lookups that wait for DNS or HTTPS", {},
                     number(watched_.engine.waiting()));
    exposition.gauge("tlspolicyd_connections", "Clients that are connected", {},
                     number(watched_.server.connections()));
    exposition.counter("tlspolicyd_connections_accepted_total", "Clients that were let in", {},
                       number(traffic.accepted.load(std::memory_order_relaxed)));
    exposition.counter("tlspolicyd_connections_refused_total",
                       "Clients that were not let in: allow, max_connections", {},
                       number(traffic.refused.load(std::memory_order_relaxed)));
    exposition.counter("tlspolicyd_malformed_requests_total", "Clients that did not speak the protocol", {},
                       number(traffic.malformed.load(std::memory_order_relaxed)));
}

void Monitoring::show_cache(Exposition& exposition) const {
    for (const auto& [kind, name] : cache::PolicyCache::kind_names)
        exposition.gauge("tlspolicyd_cache_entries",
                         "Domains in memory: by the mode of their policy, or why they have none",
                         {{"kind", std::string(name)}}, number(watched_.cache.size(kind)));
    for (std::size_t i = 0; i < dane::standings; ++i) {
        const auto standing = static_cast<dane::Standing>(i);
        exposition.gauge("tlspolicyd_dane_cache_entries",
                         "Lookup keys in memory whose mail hosts were looked at, by how they stand with DANE",
                         {{"standing", std::string(dane::name_of(standing))}},
                         number(watched_.engine.remembered_dane(standing)));
    }
    exposition.gauge("tlspolicyd_cache_full", "1: cache.max_entries is reached", {},
                     watched_.cache.has_room() ? 0 : 1);
    exposition.counter("tlspolicyd_cache_policies_left_total",
                       "Policies that left memory for want of room; the store keeps them", {},
                       number(watched_.cache.policies_left()));
    exposition.gauge("tlspolicyd_policies_expiring",
                     "Enforced policies that end within a day, and should have been renewed by now", {},
                     number(watched_.expiring.count()));
}

void Monitoring::show_stores(Exposition& exposition) const {
    if (watched_.store != nullptr) {
        const auto own = watched_.store->statistics();
        exposition.gauge("tlspolicyd_store_usable", "1: cache.store can be read and written", {},
                         watched_.store->reliable() ? 1 : 0);
        exposition.counter("tlspolicyd_store_reads_total", "Policies that were looked for in it", {},
                           number(own.finds));
        exposition.counter("tlspolicyd_store_hits_total", "Of these, the ones that it held", {},
                           number(own.found));
        exposition.counter("tlspolicyd_store_read_seconds_total", "How long these took together", {},
                           number(own.find_us) / 1e6);
        exposition.counter("tlspolicyd_store_commits_total", "Writes, of many changes each", {},
                           number(own.commits));
        exposition.counter("tlspolicyd_store_commit_seconds_total", "How long these took together", {},
                           number(own.commit_us) / 1e6);
        exposition.counter("tlspolicyd_store_changes_total", "Changes written", {}, number(own.changes));
        exposition.gauge("tlspolicyd_store_changes_pending", "Changes that wait to be written", {},
                         number(own.pending));
        exposition.counter("tlspolicyd_store_errors_total", "Failed reads and writes", {},
                           number(own.errors));
        exposition.counter("tlspolicyd_store_damaged_total", "Files and rows that were found damaged", {},
                           number(own.damaged_files + own.damaged_rows));
    }
    if (watched_.shared_store == nullptr) return;
    const auto& shared = watched_.shared_store->statistics();
    exposition.gauge("tlspolicyd_shared_store_connected", "1: cache.shared is connected", {},
                     shared.connected ? 1 : 0);
    exposition.counter("tlspolicyd_shared_store_reads_total", "Policies that were looked for in it", {},
                       number(shared.finds));
    exposition.counter("tlspolicyd_shared_store_hits_total", "Of these, the ones that it held", {},
                       number(shared.found));
    exposition.counter("tlspolicyd_shared_store_late_total",
                       "Of these, the ones that it did not answer in time", {}, number(shared.too_late));
    exposition.counter("tlspolicyd_shared_store_published_total", "Policies written to it", {},
                       number(shared.published));
    exposition.counter("tlspolicyd_shared_store_errors_total", "Refusals, rubbish, ended connections", {},
                       number(shared.errors));
}

}  // namespace tlspolicy::app
