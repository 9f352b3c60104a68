#include "bench/internet/names.hpp"

#include <charconv>

namespace tlspolicy::bench {
namespace {

bool remove_prefix(std::string& text, std::string_view prefix) {
    if (text.rfind(prefix, 0) != 0) return false;
    text.erase(0, prefix.size());
    return true;
}

bool remove_suffix(std::string& text, std::string_view suffix) {
    if (text.size() < suffix.size() || text.compare(text.size() - suffix.size(), suffix.size(), suffix) != 0)
        return false;
    text.resize(text.size() - suffix.size());
    return true;
}

}  // namespace

std::optional<Name> parse_name(std::string_view text) {
    std::string label(text);
    for (char& c : label)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    Name name{Family::none, 0, Name::Part::domain};
    if (remove_prefix(label, "_mta-sts."))
        name.part = Name::Part::record;
    else if (remove_prefix(label, "mta-sts."))
        name.part = Name::Part::policy_host;
    else if (remove_prefix(label, "_25._tcp.mx."))
        name.part = Name::Part::tlsa;
    else if (remove_prefix(label, "mx."))
        name.part = Name::Part::mail_host;
    if (!remove_suffix(label, ".bench.example") || label.size() < 2) return std::nullopt;
    if (std::string_view("dnmsu").find(label[0]) == std::string_view::npos) return std::nullopt;
    name.family = static_cast<Family>(label[0]);
    const auto end = label.data() + label.size();
    const auto number = std::from_chars(label.data() + 1, end, name.number);
    if (number.ec != std::errc{} || number.ptr != end) return std::nullopt;
    return name;
}

std::string policy_text(std::uint64_t number, std::uint64_t texts) {
    const std::string provider = "provider" + std::to_string(number % texts) + ".example";
    return "version: STSv1\r\nmode: enforce\r\nmx: mx1." + provider + "\r\nmx: *.mx." + provider
           + "\r\nmax_age: 1209600\r\n";
}

}  // namespace tlspolicy::bench
