#include "https/proxy_tunnel.hpp"

#include "base/ascii.hpp"
#include "base/printable.hpp"
#include "base/version.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>

namespace tlspolicy::https {
namespace {

std::string base64(std::string_view text) {
    std::string coded(4 * ((text.size() + 2) / 3) + 1, '\0');  // EVP_EncodeBlock ends in a NUL
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(coded.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    coded.resize(static_cast<std::size_t>(size));
    return coded;
}

/// The code of "HTTP/1.1 200 Connection established"; nullopt where that is no status line.
std::optional<std::string_view> status_of(std::string_view line) {
    constexpr std::string_view version = "HTTP/1.";
    const std::size_t code_at = version.size() + 2;
    if (line.substr(0, version.size()) != version || line.size() < code_at + 3) return std::nullopt;
    const std::string_view code = line.substr(code_at, 3);
    const bool well_formed = ascii::is_digit(line[version.size()]) && line[code_at - 1] == ' '
                             && std::all_of(code.begin(), code.end(), ascii::is_digit)
                             && (line.size() == code_at + 3 || line[code_at + 3] == ' ');
    if (!well_formed) return std::nullopt;
    return code;
}

}  // namespace

std::string connect_request(const Proxy& proxy, std::string_view host, std::uint16_t port) {
    std::string request = fmt::format(
        "CONNECT {0}:{1} HTTP/1.1\r\nHost: {0}:{1}\r\nUser-Agent: tlspolicyd/{2}\r\n", host, port, version());
    if (!proxy.credentials.empty())  // RFC 7617
        request += fmt::format("Proxy-Authorization: Basic {}\r\n", base64(proxy.credentials));
    request += "\r\n";
    return request;
}

std::optional<Result<void>> judge_reply(std::string_view received, std::string_view name) {
    const auto fail = [&](std::string_view what) {
        return Result<void>(Error(ErrorKind::fetch, fmt::format("{} {}", name, what)));
    };
    const auto line_end = received.find("\r\n");
    const auto header_end = received.find("\r\n\r\n");
    if (header_end == std::string_view::npos) {
        if (received.size() < max_proxy_reply) return std::nullopt;
        return fail("answered with an endless header");
    }
    const auto status = status_of(received.substr(0, line_end));
    if (!status)
        return fail(fmt::format("answered \"{}\", not HTTP", printable(received.substr(0, line_end), 80)));
    if ((*status)[0] != '2') return fail(fmt::format("answered {}", *status));
    if (header_end + 4 != received.size()) return fail("spoke before the policy host was asked");
    return Result<void>();
}

}  // namespace tlspolicy::https
