#include "dns/exchange.hpp"

#include "base/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace tlspolicy::dns {
namespace {

constexpr std::size_t shown_octets = 40;  // all of a SHA-256, the begin of a certificate
constexpr std::size_t shown_text = 255;   // a policy record has some 50

struct Data {
    std::string operator()(const Record::Other&) const { return {}; }
    std::string operator()(const Record::Text& text) const {
        return " \"" + printable(text.joined, shown_text) + "\"";
    }
    std::string operator()(const Record::Alias& alias) const { return " " + alias.target; }
    std::string operator()(const IpAddress& address) const { return " " + address.text(); }
    std::string operator()(const Record::Exchange& exchange) const {
        return fmt::format(" {} {}", exchange.preference, exchange.host.empty() ? "." : exchange.host);
    }
    std::string operator()(const dane::Tlsa& tlsa) const { return " " + text_of(tlsa); }
};

}  // namespace

std::string text_of(const Record& record) {
    return name_of(record.type) + std::visit(Data{}, record.data);
}

std::string text_of(const dane::Tlsa& record) {
    std::string text = fmt::format("{} {} {} ", record.usage, record.selector, record.matching_type);
    const std::size_t shown = std::min(record.data.size(), shown_octets);
    for (std::size_t i = 0; i < shown; ++i)
        text += fmt::format("{:02x}", record.data[i]);
    if (shown < record.data.size()) text += "...";
    return text;
}

std::string_view name_of(Transport transport) noexcept {
    switch (transport) {
        case Transport::udp:
            return "udp";
        case Transport::udp_plain:
            return "udp without EDNS";
        case Transport::tcp:
            return "tcp";
    }
    return "";
}

}  // namespace tlspolicy::dns
