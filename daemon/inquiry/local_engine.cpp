#include "inquiry/local_engine.hpp"

#include <random>

namespace tlspolicy::inquiry {
namespace {

constexpr Duration tick_pause{250};
constexpr Duration farewell{2000};  // for what has been cancelled to end

std::uint64_t draw_seed() {
    std::random_device source;
    return (static_cast<std::uint64_t>(source()) << 32U) | source();
}

}  // namespace

LocalEngine::LocalEngine(const config::Config& config, Journal* journal)
    : overrides_(config.server.overrides),
      observer_(journal),
      cache_(config.engine.max_entries, draw_seed()),
      dns_(loop_.get_executor(), clock_, config.dns),
      fetcher_(loop_.get_executor(), clock_, dns_port(journal), config.https),
      engine_(loop_.get_executor(), cache_, dns_port(journal), fetcher_port(journal), clock_, observer_,
              config.engine, draw_seed(), {}, &dane_port()) {}

engine::DnsClient& LocalEngine::dns_port(Journal* journal) {
    if (journal == nullptr) return dns_;
    if (!recorders_) recorders_.emplace(dns_, clock_, *journal);
    return recorders_->ports;
}

engine::DaneDns& LocalEngine::dane_port() {
    if (!recorders_) return dns_;
    return recorders_->ports;
}

engine::PolicyFetcher& LocalEngine::fetcher_port(Journal* journal) {
    if (journal == nullptr) return fetcher_;
    fetcher_.observe(recorders_->wire);
    return recorders_->fetcher.emplace(fetcher_, clock_, *journal);
}

LocalEngine::~LocalEngine() {
    engine_.stop();
    const Time end = clock_.now() + farewell;
    run_until([&] { return engine_.idle() || clock_.now() >= end; });
}

void LocalEngine::run_until(const std::function<bool()>& done) {
    while (!done()) {
        loop_.run_one_for(tick_pause);
        const Time now = clock_.now();
        if (now < next_tick_) continue;
        next_tick_ = now + tick_pause;
        engine_.tick();
    }
}

}  // namespace tlspolicy::inquiry
