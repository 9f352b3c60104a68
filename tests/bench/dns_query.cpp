#include "bench/dns_query.hpp"

#include <algorithm>
#include <string_view>

namespace tlspolicy::bench {
namespace {

/// After the id: recursion desired, one question, nothing else.
constexpr std::string_view query_header("\x01\0\0\x01\0\0\0\0\0\0", 10);

void put16(std::string& out, std::uint16_t value) {
    out.push_back(static_cast<char>(value >> 8));
    out.push_back(static_cast<char>(value & 0xff));
}

std::uint16_t get16(std::span<const std::uint8_t> bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

/// The place after a name; 0: it runs over the end.
std::size_t skip_name(std::span<const std::uint8_t> bytes, std::size_t at) {
    while (at < bytes.size()) {
        if (bytes[at] == 0) return at + 1;
        if (bytes[at] >= 0xc0) return at + 2;
        at += 1U + bytes[at];
    }
    return 0;
}

}  // namespace

std::string dns_query(std::uint16_t id, const std::string& name, RecordType type) {
    std::string out;
    out.reserve(name.size() + 18);
    put16(out, id);
    out.append(query_header);
    for (std::size_t begin = 0; begin < name.size();) {
        const std::size_t end = std::min(name.find('.', begin), name.size());
        out.push_back(static_cast<char>(end - begin));
        out.append(name, begin, end - begin);
        begin = end + 1;
    }
    out.push_back('\0');
    put16(out, static_cast<std::uint16_t>(type));
    put16(out, 1);
    return out;
}

std::optional<DnsReply> parse_dns_reply(std::span<const std::uint8_t> reply, RecordType type) {
    if (reply.size() < 12 || (reply[2] & 0x80) == 0) return std::nullopt;
    DnsReply result;
    result.id = get16(reply, 0);
    const unsigned code = reply[3] & 0x0fU;
    if (code != 0 && code != 3) return std::nullopt;
    result.name_error = code == 3;
    std::size_t at = skip_name(reply, 12);
    if (at == 0) return std::nullopt;
    at += 4;
    for (unsigned i = 0; i < get16(reply, 6); ++i) {
        at = skip_name(reply, at);
        if (at == 0 || at + 10 > reply.size()) return std::nullopt;
        const std::size_t size = get16(reply, at + 8);
        if (at + 10 + size > reply.size()) return std::nullopt;
        if (get16(reply, at) == static_cast<std::uint16_t>(type))
            result.data.emplace_back(reinterpret_cast<const char*>(&reply[at + 10]), size);
        at += 10 + size;
    }
    return result;
}

}  // namespace tlspolicy::bench
