#include "bench/internet/dns_answer.hpp"

#include "bench/internet/names.hpp"

#include <string_view>

namespace tlspolicy::bench {
namespace {

constexpr std::uint16_t type_a = 1;
constexpr std::uint16_t type_soa = 6;
constexpr std::uint16_t type_mx = 15;
constexpr std::uint16_t type_txt = 16;
constexpr std::uint16_t type_opt = 41;
constexpr std::uint16_t type_tlsa = 52;
constexpr std::uint32_t ttl = 3600;
constexpr std::uint8_t name_error = 3;
constexpr std::uint8_t authentic_data = 0x20;

void put16(std::string& out, std::uint16_t value) {
    out.push_back(static_cast<char>(value >> 8));
    out.push_back(static_cast<char>(value & 0xff));
}

void put32(std::string& out, std::uint32_t value) {
    put16(out, static_cast<std::uint16_t>(value >> 16));
    put16(out, static_cast<std::uint16_t>(value & 0xffff));
}

void put_record(std::string& out, std::string_view owner, std::uint16_t type, std::string_view data) {
    out.append(owner);
    put16(out, type);
    put16(out, 1);  // class IN
    put32(out, ttl);
    put16(out, static_cast<std::uint16_t>(data.size()));
    out.append(data);
}

void put_soa(std::string& out) {
    using namespace std::string_view_literals;
    constexpr auto zone =
        "\x05"
        "bench\x07"
        "example\0"sv;
    std::string data("\x02ns", 3);
    data.append(zone).append("\x04root", 5).append(zone);
    for (const std::uint32_t value : {1U, 3600U, 600U, 86400U, 3600U})
        put32(data, value);
    put_record(out, zone, type_soa, data);
}

struct Question {
    std::string name;
    std::uint16_t type = 0;
    std::size_t end = 0;  // of the question section; 0: not to be understood
};

Question question_of(std::span<const std::uint8_t> query) {
    Question question;
    std::size_t at = 12;
    while (at < query.size() && query[at] != 0) {
        const std::size_t length = query[at];
        if (length > 63 || at + 1 + length >= query.size()) return question;
        if (!question.name.empty()) question.name.push_back('.');
        question.name.append(reinterpret_cast<const char*>(&query[at + 1]), length);
        at += 1 + length;
    }
    if (at + 5 > query.size()) return question;
    question.type = static_cast<std::uint16_t>(query[at + 1] << 8 | query[at + 2]);
    question.end = at + 5;
    return question;
}

bool is_signed(Family family) {
    return family == Family::dane || family == Family::unusable;
}

/// The data of the one record that answers; empty: there is none.
std::string record_data(const Name& name, std::uint16_t type) {
    using namespace std::string_view_literals;
    const auto when = [type](std::uint16_t wanted, std::string_view data) {
        return std::string(type == wanted ? data : std::string_view());
    };
    switch (name.part) {
        case Name::Part::record:
            return when(type_txt, "\x13v=STSv1; id=2026a1;"sv);
        case Name::Part::policy_host:
            return when(type_a, name.family == Family::mute ? "\x7f\0\0\x02"sv : "\x7f\0\0\x01"sv);
        case Name::Part::domain:
            return is_signed(name.family) ? when(type_mx, "\0\x0a\x02mx\xc0\x0c"sv) : std::string();
        case Name::Part::mail_host:
            return is_signed(name.family) ? when(type_a, "\x7f\0\0\x01"sv) : std::string();
        case Name::Part::tlsa:
            break;
    }
    if (!is_signed(name.family) || type != type_tlsa) return {};
    // RFC 6698, 2.1: usage, selector 1, SHA-256, and what nobody compares here
    const char usage = name.family == Family::dane ? '\3' : '\1';
    return std::string{usage, '\1', '\1'} + std::string(32, 'x');
}

}  // namespace

std::string dns_answer(std::span<const std::uint8_t> query) {
    if (query.size() < 17 || (query[2] & 0x80) != 0) return {};
    const Question question = question_of(query);
    if (question.end == 0) return {};
    const auto name = parse_name(question.name);
    const bool exists = name && name->family != Family::none;
    const std::string data = exists ? record_data(*name, question.type) : std::string{};
    const bool edns = query[10] != 0 || query[11] != 0;

    std::string out(reinterpret_cast<const char*>(query.data()), 2);
    out.push_back(static_cast<char>(0x84 | (query[2] & 0x01)));  // QR, AA, and RD as it was asked
    const bool validated = exists && is_signed(name->family);
    out.push_back(static_cast<char>(0x80 | (validated ? authentic_data : 0) | (exists ? 0 : name_error)));
    put16(out, 1);
    put16(out, data.empty() ? 0 : 1);
    put16(out, data.empty() ? 1 : 0);
    put16(out, edns ? 1 : 0);
    out.append(reinterpret_cast<const char*>(query.data()) + 12, question.end - 12);
    if (data.empty())
        put_soa(out);
    else
        put_record(out, "\xc0\x0c", question.type, data);
    if (edns) {  // RFC 6891, 6.1.2: root, OPT, payload size, nothing else
        out.push_back('\0');
        put16(out, type_opt);
        put16(out, 1232);
        put32(out, 0);
        put16(out, 0);
    }
    return out;
}

}  // namespace tlspolicy::bench
