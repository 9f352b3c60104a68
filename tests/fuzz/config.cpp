#include "config/loader.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

/// Any text yields a configuration or findings; a finding is one line, and the values are within their
/// limits.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto loaded = tlspolicy::config::parse(text, "fuzz");
    for (const auto& finding : loaded.findings)
        if (to_text(finding, loaded.file).find('\n') != std::string::npos) std::abort();
    const auto& [restart, server, engine, dns, https, store, log] = loaded.config;
    if (restart.threads < 1 || restart.threads > 64 || restart.listeners.empty()) std::abort();
    if (server.maps.count("postfix") != 1) std::abort();
    if (store.own && !store.own->path.starts_with('/')) std::abort();
    if (loaded.usable() && engine.recheck.min > engine.recheck.max) std::abort();
    return 0;
}
