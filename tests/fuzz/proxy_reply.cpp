#include "base/ascii.hpp"
#include "fuzz/target.hpp"
#include "https/proxy_tunnel.hpp"

#include <algorithm>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tlspolicy;
    const auto received = fuzz::as_text(data, std::min(size, https::max_proxy_reply));
    const auto judged = https::judge_reply(received, "proxy 192.0.2.1:3128");
    if (!judged) {
        fuzz::invariant(received.size() < https::max_proxy_reply, "a full buffer is judged");
        return 0;
    }
    if (judged->has_value()) {
        fuzz::invariant(received.starts_with("HTTP/1."), "only an HTTP reply opens a tunnel");
        fuzz::invariant(received.ends_with("\n"), "and nothing follows it");
        return 0;
    }
    const std::string message = judged->error().message();
    fuzz::invariant(!message.empty(), "a reason is given");
    fuzz::invariant(std::all_of(message.begin(), message.end(), ascii::is_printable),
                    "the proxy's words are made printable");
    return 0;
}
