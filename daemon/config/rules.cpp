#include "config/rules.hpp"

#include "config/units.hpp"

#include <fmt/format.h>

namespace tlspolicy::config {
namespace {

void check_bounds(std::string_view key, const engine::Bounds& bounds, const Node& root, Report& report) {
    if (bounds.min <= bounds.max) return;
    report.error(line_at(root, {"cache", key}),
                 fmt::format("cache.{}: min {} is more than max {}; allowed: at most that", key,
                             to_text(bounds.min), to_text(bounds.max)));
}

void check_deadline(std::string_view section, Duration timeout, Duration deadline, const Node& root,
                    Report& report) {
    if (timeout < deadline) return;
    report.warning(
        line_at(root, {section, "timeout"}),
        fmt::format("{}.timeout: {} is not less than answer_deadline ({}): Postfix gets its answer "
                    "before a slow domain has been given up",
                    section, to_text(timeout), to_text(deadline)));
}

void check_servers(const Config& config, const Node& root, Report& report) {
    if (config.dns.servers.size() <= dns::max_name_servers) return;
    report.error(line_at(root, {"dns", "servers"}),
                 fmt::format("dns.servers: {} servers; allowed: at most {}", config.dns.servers.size(),
                             dns::max_name_servers));
}

void check_table_maps(const Config& config, const Node& root, Report& report) {
    for (const auto& listener : config.restart.listeners)
        if (!listener.table_map.empty() && !config.server.maps.contains(listener.table_map))
            report.error(line_at(root, {"listen"}),
                         fmt::format("listen: there is no map {} for a tcp_table; add it under maps",
                                     shown(listener.table_map)));
}

}  // namespace

void check_rules(const Config& config, const Node& root, Report& report) {
    check_bounds("recheck", config.engine.recheck, root, report);
    check_bounds("negative", config.engine.negative, root, report);
    check_bounds("dane", config.engine.dane, root, report);
    check_servers(config, root, report);
    check_table_maps(config, root, report);
    check_deadline("dns", config.dns.timeout, config.engine.answer_deadline, root, report);
    check_deadline("fetch", config.https.timeout, config.engine.answer_deadline, root, report);
}

}  // namespace tlspolicy::config
