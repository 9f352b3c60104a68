#include "config/maps.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace tlspolicy::config {
namespace {

bool is_map_name(std::string_view name) {
    constexpr std::size_t longest = 100;
    return !name.empty() && name.size() <= longest && std::all_of(name.begin(), name.end(), [](char c) {
        return ascii::is_printable(c) && !ascii::is_blank(c);
    });
}

void read_map(Section& map, postfix::MapOptions& options) {
    using OnDnsFailure = postfix::MapOptions::OnDnsFailure;
    map.flag("dane", options.dane);
    map.flag("tlsrpt", options.tlsrpt);
    map.flag("enforce_testing", options.enforce_testing);
    map.flag("servername", options.servername);
    if (options.tlsrpt && !options.servername)
        if (const Node* node = map.present("servername"))
            map.wrong("servername", *node,
                      "false is not possible with tlsrpt: a Postfix that knows one knows both");
    read_mode(map, options.monitor);
    map.choice<OnDnsFailure>("on_dns_failure", options.on_dns_failure,
                             {{"notfound", OnDnsFailure::not_found}, {"temp", OnDnsFailure::temp}});
}

}  // namespace

void read_mode(Section& section, bool& monitor) {
    section.choice<bool>("mode", monitor, {{"enforce", false}, {"monitor", true}});
}

void read_maps(Section& top, std::map<std::string, postfix::MapOptions, std::less<>>& maps, bool monitor) {
    for (auto& [name, options] : maps)
        options.monitor = monitor;
    top.entries("maps", [&](const Node& entry) {
        if (!is_map_name(entry.key)) {
            return top.wrong(
                "maps", entry,
                shown(entry.key)
                    + " is not a map name; allowed: 1 to 100 printable characters without blanks");
        }
        postfix::MapOptions options;
        options.monitor = monitor;
        if (const auto known = maps.find(entry.key); known != maps.end()) options = known->second;
        Section::read(entry, "maps." + entry.key, top.report(),
                      [&](Section& map) { read_map(map, options); });
        maps.insert_or_assign(entry.key, options);
    });
}

}  // namespace tlspolicy::config
