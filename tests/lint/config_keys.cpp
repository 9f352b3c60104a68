#include "config/loader.hpp"

#include <cstdio>

/// Prints every configuration key, for docs_cover_config.py.
int main() {
    for (const auto& key : tlspolicy::config::known_keys())
        std::puts(key.c_str());
    return 0;
}
