#include "base/printable.hpp"
#include "dns/wire.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace tlspolicy::dns {

std::string name_of(RecordType type) {
    switch (type) {
        case RecordType::a:
            return "A";
        case RecordType::ns:
            return "NS";
        case RecordType::cname:
            return "CNAME";
        case RecordType::soa:
            return "SOA";
        case RecordType::mx:
            return "MX";
        case RecordType::txt:
            return "TXT";
        case RecordType::aaaa:
            return "AAAA";
        case RecordType::opt:
            return "OPT";
        case RecordType::tlsa:
            return "TLSA";
    }
    return fmt::format("TYPE{}", static_cast<unsigned>(type));
}

std::string name_of(Rcode rcode) {
    switch (rcode) {
        case Rcode::no_error:
            return "NOERROR";
        case Rcode::format_error:
            return "FORMERR";
        case Rcode::server_failure:
            return "SERVFAIL";
        case Rcode::nx_domain:
            return "NXDOMAIN";
        case Rcode::not_implemented:
            return "NOTIMP";
        case Rcode::refused:
            return "REFUSED";
        case Rcode::bad_version:
            return "BADVERS";
    }
    return fmt::format("RCODE{}", static_cast<unsigned>(rcode));
}

std::string text_of(const ExtendedError& error) {
    constexpr std::size_t longest_text = 80;
    static constexpr std::array<std::string_view, 25> names{
        // RFC 8914, 5.2
        "Other Error",
        "Unsupported DNSKEY Algorithm",
        "Unsupported DS Digest Type",
        "Stale Answer",
        "Forged Answer",
        "DNSSEC Indeterminate",
        "DNSSEC Bogus",
        "Signature Expired",
        "Signature Not Yet Valid",
        "DNSKEY Missing",
        "RRSIGs Missing",
        "No Zone Key Bit Set",
        "NSEC Missing",
        "Cached Error",
        "Not Ready",
        "Blocked",
        "Censored",
        "Filtered",
        "Prohibited",
        "Stale NXDOMAIN Answer",
        "Not Authoritative",
        "Not Supported",
        "No Reachable Authority",
        "Network Error",
        "Invalid Data",
    };
    std::string text =
        error.code < names.size() ? std::string(names[error.code]) : fmt::format("EDE {}", error.code);
    if (!error.text.empty()) text += ": " + printable(error.text, longest_text);
    return text;
}

}  // namespace tlspolicy::dns
