#include "dns/resolv_conf.hpp"

#include "dns/name_server.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tlspolicy::dns;
    const auto servers = parse_resolv_conf({reinterpret_cast<const char*>(data), size});
    if (!servers) return 0;
    if (servers->empty() || servers->size() > max_name_servers) std::abort();
    // What was read is what a file of just these servers says.
    std::string text;
    for (const NameServer& server : *servers)
        text += "nameserver " + text_of(server) + '\n';
    const auto again = parse_resolv_conf(text);
    if (!again || *again != *servers) std::abort();
    return 0;
}
