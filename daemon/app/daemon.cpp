#include "app/daemon.hpp"

#include "app/file_limit.hpp"
#include "app/logging.hpp"
#include "app/service_manager.hpp"
#include "base/printable.hpp"
#include "base/version.hpp"
#include "server/listening_socket.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <random>
#include <utility>

namespace tlspolicy::app {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::milliseconds tick_pause{250};
constexpr std::chrono::milliseconds shutdown_poll{20};
constexpr std::chrono::seconds status_pause{10};
constexpr std::chrono::seconds answers_grace{10};  // for lookups that wait when the daemon is told to stop
constexpr std::chrono::seconds farewell_grace{2};  // for what is left to be written and cancelled after that
constexpr std::string_view needs_restart =
    "threads, listen, http, control, max_connections, cache.store and cache.shared change with a restart "
    "only";
constexpr std::size_t other_files = 384;  // DNS, listeners, log

std::uint64_t draw_seed() {
    std::random_device source;
    return (static_cast<std::uint64_t>(source()) << 32U) | source();
}

void rethrow(const std::exception_ptr& failure) {
    if (failure) std::rethrow_exception(failure);
}

/// Waits until `done` says so or `limit` has passed; whether it was done.
template <class Condition>
asio::awaitable<bool> wait_until(asio::io_context& context, Duration limit, Condition done) {
    asio::steady_timer timer(context);
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!done()) {
        if (std::chrono::steady_clock::now() >= end) co_return false;
        timer.expires_after(shutdown_poll);
        co_await timer.async_wait(asio::use_awaitable);
    }
    co_return true;
}

server::RestartSettings fit_to_file_limit(server::RestartSettings restart, std::size_t fetches) {
    const std::size_t others = other_files + fetches;
    const std::size_t wanted = restart.max_connections + others;
    const std::size_t limit = raise_file_limit(wanted);
    if (limit >= wanted) return restart;
    restart.max_connections = limit > 2 * others ? limit - others : limit / 2;
    spdlog::warn(
        "file-limit wanted={} limit={} max_connections={} reason=\"raise the limit of open files "
        "(LimitNOFILE=)\"",
        wanted, limit, restart.max_connections);
    return restart;
}

void tell_overrides(std::size_t count) {
    if (count > 0) spdlog::info("overrides-loaded count={}", count);
}

}  // namespace

Daemon::Daemon(const config::Config& config, std::shared_ptr<spdlog::logger> log, Reload reload)
    : configured_(config.restart),
      configured_stores_(config.store),
      fitted_(fit_to_file_limit(config.restart, config.https.concurrency)),
      overrides_(config.server.overrides.size()),
      reload_(std::move(reload)),
      log_observer_(std::move(log), clock_),
      observers_({&log_observer_, &counters_}),
      cache_(config.engine.max_entries, draw_seed()),
      dns_(network_.get_executor(), clock_, config.dns),
      fetcher_(network_.get_executor(), clock_, dns_, config.https),
      timed_dns_(dns_, clock_),
      timed_fetcher_(fetcher_, clock_),
      expiring_(cache_),
      resolver_(network_.get_executor(), dns_),
      engine_(network_.get_executor(), cache_, timed_dns_, timed_fetcher_, clock_, observers_, config.engine,
              draw_seed(), stores(), &timed_dns_),
      server_(engine_, clock_, wall_clock_, fitted_, config.server),
      control_(network_, engine_, cache_, clock_, wall_clock_, *this, config.server),
      monitoring_({clock_, counters_, timed_dns_, timed_fetcher_, expiring_, cache_, engine_, server_,
                   resolver_, store_ ? &*store_ : nullptr, shared_store_ ? &*shared_store_ : nullptr}),
      signals_(network_, SIGTERM, SIGINT, SIGHUP),
      tick_timer_(network_),
      watchdog_(service_manager::watchdog_limit()) {
    signals_.add(SIGUSR1);
    dns_.on_change([this] {
        engine_.resolvers_changed();
        resolver_.look_anew();
    });
}

engine::Stores Daemon::stores() {
    if (configured_stores_.own)
        store_.emplace(network_.get_executor(), *configured_stores_.own, clock_, wall_clock_);
    if (configured_stores_.shared)
        shared_store_.emplace(network_.get_executor(), *configured_stores_.shared, clock_);
    return {store_ ? &*store_ : nullptr, shared_store_ ? &*shared_store_ : nullptr};
}

std::string Daemon::counters() const {
    std::string text = counters_.text();
    for (const auto& [kind, name] : cache::PolicyCache::kind_names)
        text += fmt::format(" entries_{}={}", name, cache_.size(kind));
    text += fmt::format(" policies_left_memory={}", cache_.policies_left());
    if (store_) text += ' ' + store::to_text(store_->statistics());
    if (shared_store_) text += ' ' + store::to_text(shared_store_->statistics());
    return text;
}

Result<std::unique_ptr<Daemon>> Daemon::create(const config::Config& config,
                                               std::shared_ptr<spdlog::logger> log, Reload reload,
                                               std::vector<server::PassedSocket> passed) {
    std::unique_ptr<Daemon> daemon(new Daemon(config, std::move(log), std::move(reload)));
    if (auto usable = daemon->fetcher_.usable(); !usable) return usable.error();
    if (auto listening = daemon->listen(std::move(passed)); !listening) return listening.error();
    return daemon;
}

Result<void> Daemon::listen(std::vector<server::PassedSocket> passed) {
    auto sockets = server::PassedSockets::examine(std::move(passed));
    if (!sockets) return sockets.error();
    if (auto listening = server_.listen(*sockets); !listening) return listening;
    if (auto listening = listen_for_http(*sockets); !listening) return listening;
    if (configured_.control)
        control_.open(configured_.control, sockets->take(*configured_.control, "control"));
    for (const auto& socket : sockets->left())
        spdlog::warn(
            "socket-unused name=\"{}\" address={} reason=\"no listener has this address, or speaks what the "
            "name says (FileDescriptorName=): nobody answers there\"",
            printable(socket.name), name_of(socket.endpoint));
    return {};
}

Result<void> Daemon::listen_for_http(server::PassedSockets& passed) {
    if (!configured_.http) return {};
    const auto socket = passed.take(configured_.http->endpoint, "http");
    http_.emplace(network_, clock_, server::HttpLimits{}, monitoring_.service());
    if (auto listening = http_->listen(*configured_.http, socket); !listening)
        return listening.error().in("http");
    spdlog::info("listening http={} passed={}",
                 name_of(socket ? socket->endpoint : configured_.http->endpoint), socket ? "yes" : "no");
    return {};
}

void Daemon::run() {
    std::signal(SIGPIPE, SIG_IGN);
    asio::co_spawn(network_, heed_signals(), rethrow);
    asio::co_spawn(network_, tick(), rethrow);
    resolver_.start();
    server_.start();
    if (http_) http_->start();
    tell_overrides(overrides_);
    spdlog::info("started version={} threads={} max_connections={}", version(), fitted_.threads,
                 fitted_.max_connections);
    service_manager::tell_ready(status());
    network_.run();
    server_.join();
    spdlog::info("counters {}", counters());
    spdlog::info("stopped");
}

asio::awaitable<void> Daemon::heed_signals() {
    for (;;) {
        const int signal = co_await signals_.async_wait(asio::use_awaitable);
        if (signal == SIGTERM || signal == SIGINT) break;
        if (signal == SIGHUP) reload_now();
        if (signal == SIGUSR1)
            spdlog::info("counters entries={} connections={} waiting={} {}", cache_.size(),
                         server_.connections(), engine_.waiting(), counters());
    }
    co_await shut_down();
}

asio::awaitable<void> Daemon::tick() {
    error_code cancelled;
    while (!cancelled) {
        engine_.tick();
        heed_watchdog();
        expiring_.walk_on(clock_.now());
        tick_timer_.expires_after(tick_pause);
        co_await tick_timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

// This loop turns, or it would not be here; the serving loops have left a sign.
void Daemon::heed_watchdog() {
    const Time now = clock_.now();
    const auto word = watchdog_.look(now, server_.alive_since(watchdog_.oldest_sign(now)));
    if (word == Watchdog::Word::alive) service_manager::tell_alive();
    if (word == Watchdog::Word::stalled)
        spdlog::error(
            "serving-stalled reason=\"a serving loop does not turn: the watchdog of the service manager "
            "will start the daemon anew; please report it\"");
    if (now < next_status_ || stopping_) return;
    next_status_ = now + status_pause;
    service_manager::tell_status(status());
}

std::string Daemon::status() const {
    return fmt::format("answers {} connections; {} lookups wait; {} domains in memory{}",
                       server_.connections(), engine_.waiting(), cache_.size(),
                       file_in_use_ ? "" : "; the configuration file has an error (see the log)");
}

asio::awaitable<void> Daemon::shut_down() {
    stopping_ = true;
    service_manager::tell_stopping(fmt::format("finishes {} lookups", engine_.waiting()));
    spdlog::info("stopping connections={} waiting={}", server_.connections(), engine_.waiting());
    server_.stop_accepting();
    control_.stop();
    server_.drain();
    const auto all_gone = [this] { return server_.connections() == 0; };
    const bool answered = co_await wait_until(network_, answers_grace, all_gone);
    if (!answered)
        spdlog::warn("stopping-late waiting={} reason=\"lookups took too long: answered TEMP\"",
                     engine_.waiting());
    engine_.stop();
    resolver_.stop();
    if (http_) http_->stop();
    if (shared_store_) shared_store_->stop();
    const auto all_quiet = [this] {
        return server_.connections() == 0 && engine_.idle() && resolver_.idle() && control_.idle()
               && (!http_ || http_->idle()) && (!shared_store_ || shared_store_->idle());
    };
    const bool quiet = co_await wait_until(network_, farewell_grace, all_quiet);
    if (!quiet) server_.abort();
    // A session that still asks needs this loop for its answer, and would keep join() waiting without it.
    co_await wait_until(network_, farewell_grace, all_quiet);
    tick_timer_.cancel();
    if (store_) store_->stop();
    network_.stop();
}

Daemon::Reloaded Daemon::reload_now() {
    service_manager::tell_reloading();
    auto outcome = apply(reload_());
    file_in_use_ = outcome.used;
    service_manager::tell_ready(status());
    return outcome;
}

Daemon::Reloaded Daemon::apply(const Fresh& read) {
    Reloaded outcome{false, read.findings};
    const auto& fresh = read.config;
    if (!fresh) return outcome;
    if (auto usable = fetcher_.configure(fresh->https); !usable) {
        spdlog::error("config-rejected reason=\"{}\"", in_quotes(usable.error().message()));
        outcome.findings.push_back("error: " + usable.error().message());
        return outcome;
    }
    if (fresh->restart != configured_ || fresh->store != configured_stores_) {
        spdlog::warn("config-needs-restart reason=\"{}\"", needs_restart);
        outcome.findings.push_back("warning: " + std::string(needs_restart));
    }
    raise_file_limit(fitted_.max_connections + other_files + fresh->https.concurrency);
    dns_.configure(fresh->dns);
    engine_.configure(fresh->engine);
    server_.configure(fresh->server);
    control_.configure(fresh->server);
    configure_logging(fresh->log);
    overrides_ = fresh->server.overrides.size();
    tell_overrides(overrides_);
    spdlog::info("config-reloaded");
    outcome.used = true;
    return outcome;
}

bool Daemon::set_log_level(std::string_view level) {
    return app::set_log_level(level);
}

}  // namespace tlspolicy::app
