#include "config/loader.hpp"
#include "postfix/map_options.hpp"
#include "server/settings.hpp"

#include <cstdio>

namespace {

using tlspolicy::postfix::MapOptions;

void tell(const char* key, bool value) {
    std::printf("%s=%s\n", key, value ? "true" : "false");
}

}  // namespace

/// Prints every configuration key, and key=default of those that are in a list or have a NAME, which a conf/
/// that is commented out cannot show; for docs_cover_config.py.
int main() {
    for (const auto& key : tlspolicy::config::known_keys())
        std::puts(key.c_str());
    const MapOptions map;
    tell("maps.NAME.dane", map.dane);
    tell("maps.NAME.tlsrpt", map.tlsrpt);
    tell("maps.NAME.enforce_testing", map.enforce_testing);
    tell("maps.NAME.servername", map.servername);
    const bool defers = map.on_dns_failure == MapOptions::OnDnsFailure::temp;
    std::printf("maps.NAME.on_dns_failure=%s\n", defers ? "temp" : "notfound");
    std::printf("listen.mode=%04o\n", tlspolicy::server::UnixEndpoint().mode);
    return 0;
}
