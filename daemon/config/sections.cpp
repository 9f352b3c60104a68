#include "config/sections.hpp"

#include "config/endpoints.hpp"
#include "config/listeners.hpp"
#include "config/log.hpp"
#include "config/maps.hpp"
#include "config/overrides.hpp"
#include "config/stores.hpp"

namespace tlspolicy::config {
namespace {

using namespace std::chrono_literals;

constexpr auto day = std::chrono::hours(24);
constexpr std::uint64_t kibibyte = 1024;

/// "" or an absolute path: a daemon has no working directory that an operator could rely on.
Result<std::string> parse_path(std::string_view text) {
    if ((!text.empty() && text.front() != '/') || text.find('\0') != text.npos)
        return Error(ErrorKind::syntax, "is not an absolute path; allowed: \"\" or \"/path\"");
    return std::string(text);
}

void read_bounds(Section& parent, std::string_view key, engine::Bounds& bounds) {
    parent.section(key, [&](Section& section) {
        section.duration("min", bounds.min, {1s, day});
        section.duration("max", bounds.max, {1s, day});
    });
}

void read_dns(Section& dns, dns::Settings& settings) {
    dns.list("servers", settings.servers, parse_name_server);
    dns.duration("timeout", settings.timeout, {100ms, 1min});
    dns.number("attempts", settings.attempts, {1, 10});
    using enum dns::TrustAd;
    dns.choice<dns::TrustAd>("trust_ad", settings.trust_ad, {{"auto", automatic}, {"yes", yes}, {"no", no}});
}

void read_fetch(Section& fetch, https::Settings& settings, engine::Settings& engine) {
    fetch.duration("timeout", settings.timeout, {1s, 5min});
    fetch.size("max_policy_size", settings.max_policy_size, {kibibyte, kibibyte * kibibyte});
    fetch.value("ca_file", settings.ca_file, parse_path);
    fetch.number("concurrency", settings.concurrency, {1, 10'000});
    fetch.duration("retry_after", engine.retry_after, {1s, engine.retry_after_max});
    fetch.list("allow_addresses", settings.allow_addresses, parse_network);
    fetch.secret("proxy", settings.proxy, parse_proxy);
}

void read_cache(Section& cache, engine::Settings& settings, store::Settings& stores) {
    cache.value("store", stores.own, parse_store);
    cache.secret("shared", stores.shared, parse_shared_store);
    std::string shared_ca_file;
    cache.value("shared_ca_file", shared_ca_file, parse_path);
    if (stores.shared) stores.shared->ca_file = shared_ca_file;
    cache.number("max_entries", settings.max_entries, {1'000, 100'000'000});
    read_bounds(cache, "recheck", settings.recheck);
    read_bounds(cache, "negative", settings.negative);
    read_bounds(cache, "dane", settings.dane);
    cache.duration("dane_grace", settings.dane_grace, {0s, day});
    cache.duration("forget_unused", settings.forget_unused, {1h, 3650 * day});
}

void read_log(Section& log, Log& settings) {
    using enum Log::Level;
    log.choice<Log::Level>("level", settings.level,
                           {{"debug", debug}, {"info", info}, {"warn", warn}, {"error", error}});
    log.value("target", settings.target, parse_log_target);
    log.choice<Log::Format>("format", settings.format,
                            {{"text", Log::Format::text}, {"json", Log::Format::json}});
}

}  // namespace

void read_config(Section& top, Config& config, WallTime now) {
    top.number("threads", config.restart.threads, {1, 64});
    read_listeners(top, config.restart.listeners);
    top.value("control", config.restart.control, parse_control);
    read_http(top, config.restart.http);
    bool monitor = false;
    read_mode(top, monitor);
    read_maps(top, config.server.maps, monitor);
    read_overrides(top, config.server.overrides, now);
    top.section("dns", [&](Section& dns) { read_dns(dns, config.dns); });
    top.section("fetch", [&](Section& fetch) { read_fetch(fetch, config.https, config.engine); });
    top.section("cache", [&](Section& cache) { read_cache(cache, config.engine, config.store); });
    // Postfix gives up on a socketmap after 100 s (dict_sockmap.c).
    top.duration("answer_deadline", config.engine.answer_deadline, {1s, 90s});
    top.duration("idle_timeout", config.server.idle_timeout, {10s, day});
    top.number("max_connections", config.restart.max_connections, {1, 1'000'000});
    top.section("log", [&](Section& log) { read_log(log, config.log); });
}

}  // namespace tlspolicy::config
