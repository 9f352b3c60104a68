#include "dns/query.hpp"

#include "base/printable.hpp"

#include <string_view>

namespace tlspolicy::dns {
namespace {

constexpr std::size_t max_label = 63;
constexpr std::size_t max_name = 255;

void put16(std::vector<std::uint8_t>& bytes, unsigned value) {
    bytes.push_back(static_cast<std::uint8_t>(value >> 8U));
    bytes.push_back(static_cast<std::uint8_t>(value & 0xffU));
}

bool put_name(std::vector<std::uint8_t>& bytes, std::string_view name) {
    if (name.size() + 2 > max_name) return false;
    while (!name.empty()) {
        const std::string_view label = name.substr(0, name.find('.'));
        if (label.empty() || label.size() > max_label || label.find('\\') != std::string_view::npos)
            return false;
        bytes.push_back(static_cast<std::uint8_t>(label.size()));
        bytes.insert(bytes.end(), label.begin(), label.end());
        name.remove_prefix(label.size());
        if (!name.empty()) name.remove_prefix(1);
    }
    bytes.push_back(0);
    return true;
}

}  // namespace

Result<std::vector<std::uint8_t>> pack_query(const Question& question, std::uint16_t id, Edns edns) {
    constexpr unsigned recursion_desired_and_ad = 0x0120;
    constexpr unsigned class_in = 1;

    std::vector<std::uint8_t> bytes;
    bytes.reserve(12 + question.name.size() + 2 + 4 + 11);
    put16(bytes, id);
    put16(bytes, recursion_desired_and_ad);
    put16(bytes, 1);
    put16(bytes, 0);
    put16(bytes, 0);
    put16(bytes, edns == Edns::off ? 0 : 1);
    if (!put_name(bytes, question.name))
        return Error(ErrorKind::dns, "\"" + printable(question.name) + "\" is no name to ask for");
    put16(bytes, static_cast<unsigned>(question.type));
    put16(bytes, class_in);
    if (edns
        != Edns::off) {  // RFC 6891, 6.1.2: the root, OPT, payload size; code and version; flags; no data
        constexpr unsigned dnssec_ok = 0x8000;
        bytes.push_back(0);
        put16(bytes, static_cast<unsigned>(RecordType::opt));
        put16(bytes, edns_payload);
        put16(bytes, 0);
        put16(bytes, edns == Edns::dnssec ? dnssec_ok : 0);
        put16(bytes, 0);
    }
    return bytes;
}

}  // namespace tlspolicy::dns
