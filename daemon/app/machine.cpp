#include "app/machine.hpp"

#include "base/clock.hpp"
#include "config/reader.hpp"
#include "server/listening_socket.hpp"
#include "tls/context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tlspolicy::app {
namespace {

using config::Finding;
using config::Loaded;
using config::Node;

void add(Loaded& loaded, unsigned line, std::string message) {
    const auto place =
        std::find_if(loaded.findings.begin(), loaded.findings.end(),
                     [line](const Finding& each) { return !each.file.empty() || each.line > line; });
    loaded.findings.insert(place, {Finding::Severity::error, line, std::move(message)});
}

/// Not what the loader has refused already.
bool is_account(const Loaded& loaded, const std::string& name) {
    const auto& listeners = loaded.config.restart.listeners;
    return std::any_of(listeners.begin(), listeners.end(), [&](const server::Listener& each) {
        const auto* local = std::get_if<server::UnixEndpoint>(&each.endpoint);
        return local != nullptr && (local->owner == name || local->group == name);
    });
}

void missing(Loaded& loaded, const Node& written, std::string_view what) {
    add(loaded, written.line,
        fmt::format("listen.{0}: {1} is no {2} of this machine; allowed: the name of a {2} that there is",
                    written.key, config::shown(written.text), what));
}

void check_account(Loaded& loaded, const Node& written) {
    if (!is_account(loaded, written.text)) return;
    if (written.key == "owner" && !server::find_user(written.text)) missing(loaded, written, "user");
    if (written.key == "group" && !server::find_group(written.text)) missing(loaded, written, "group");
}

}  // namespace

void check_roots(Loaded& loaded) {
    const std::string& file = loaded.config.https.ca_file;
    // The system's are read once, by the daemon itself: that takes as long as all else at the start.
    if (file.empty() && std::getenv("SSL_CERT_FILE") == nullptr) return;
    const SystemClock clock;
    const auto roots = tls::Context(file, clock).current();
    if (roots) return;
    add(loaded, line_at(loaded.tree, {"fetch", "ca_file"}),
        fmt::format("{}: {}; allowed: a file with certificates in PEM, or {} for the system's",
                    file.empty() ? "SSL_CERT_FILE" : "fetch.ca_file", roots.error().message(),
                    file.empty() ? "none" : "\"\""));
}

void check_accounts(Loaded& loaded) {
    for (const Node& top : loaded.tree.children) {
        if (top.key != "listen") continue;
        const std::vector<Node> single{top};
        for (const Node& item : top.kind == Node::Kind::sequence ? top.children : single)
            for (const Node& written : item.children)
                check_account(loaded, written);
    }
}

}  // namespace tlspolicy::app
