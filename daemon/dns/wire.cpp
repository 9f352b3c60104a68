#include "dns/wire.hpp"

#include "base/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tlspolicy::dns {
namespace {

constexpr std::size_t max_name = 255;  // RFC 1035, 3.1: octets on the wire, the root's included
constexpr std::uint16_t class_in = 1;
constexpr std::uint8_t pointer_mark = 0xc0;  // RFC 1035, 4.1.4

Error malformed(std::string why) {
    return {ErrorKind::dns, std::move(why)};
}

/// Reads a message from front to back. The first thing that does not fit sticks as the failure, and every
/// later read yields zero, so that a caller checks once per record.
class Reader {
public:
    explicit Reader(std::span<const std::uint8_t> message) : message_(message) {}

    const std::string& failure() const { return failure_; }
    bool failed() const { return !failure_.empty(); }
    std::size_t position() const { return at_; }

    void fail(std::string why) {
        if (!failed()) failure_ = std::move(why);
    }

    std::uint8_t u8() { return need(1) ? message_[at_++] : std::uint8_t{0}; }

    std::uint16_t u16() {
        if (!need(2)) return 0;
        const auto value = static_cast<std::uint16_t>((message_[at_] << 8U) | message_[at_ + 1]);
        at_ += 2;
        return value;
    }

    std::uint32_t u32() {
        const std::uint32_t high = u16();
        return (high << 16U) | u16();
    }

    std::span<const std::uint8_t> bytes(std::size_t count) {
        if (!need(count)) return {};
        const auto piece = message_.subspan(at_, count);
        at_ += count;
        return piece;
    }

    std::string name();
    void skip_name();

private:
    bool need(std::size_t count) {
        if (failed()) return false;
        if (message_.size() - at_ >= count) return true;
        fail(fmt::format("cut off at octet {}", message_.size()));
        return false;
    }
    static void append_label(std::string& text, std::span<const std::uint8_t> label);
    std::size_t pointer_target(std::size_t at, std::size_t before);

    std::span<const std::uint8_t> message_;
    std::size_t at_ = 0;
    std::string failure_;
};

void Reader::append_label(std::string& text, std::span<const std::uint8_t> label) {
    if (!text.empty()) text += '.';
    for (const std::uint8_t octet : label) {
        const char c = ascii::to_lower(static_cast<char>(octet));
        if (ascii::is_alphanumeric(c) || c == '-' || c == '_')
            text += c;
        else
            text += fmt::format("\\{:03}", octet);
    }
}

/// Where the pointer at `at` leads. Only backwards from the start of what was read so far: each jump lands
/// before the last one, so no chain of pointers can loop.
std::size_t Reader::pointer_target(std::size_t at, std::size_t before) {
    if (at + 1 >= message_.size()) {
        fail(fmt::format("cut off at octet {}", message_.size()));
        return 0;
    }
    const std::size_t target =
        (static_cast<std::size_t>(message_[at] & ~pointer_mark & 0xffU) << 8U) | message_[at + 1];
    if (target >= before) fail(fmt::format("compression pointer at octet {} does not point back", at));
    return target;
}

std::string Reader::name() {
    std::string text;
    std::size_t at = at_;      // where the next label is
    std::size_t before = at_;  // pointers must lead to before this
    std::size_t length = 0;    // uncompressed
    bool jumped = false;
    while (!failed()) {
        if (at >= message_.size()) {
            fail(fmt::format("cut off at octet {}", message_.size()));
            break;
        }
        const std::uint8_t size = message_[at];
        if ((size & pointer_mark) == pointer_mark) {
            const std::size_t target = pointer_target(at, before);
            if (!jumped) at_ = at + 2;
            jumped = true;
            at = before = target;
            continue;
        }
        if ((size & pointer_mark) != 0) {
            fail(fmt::format("label of an unknown kind at octet {}", at));
            break;
        }
        length += 1U + size;
        if (length > max_name) {
            fail("name of more than 255 octets");
            break;
        }
        if (message_.size() - at - 1 < size) {
            fail(fmt::format("cut off at octet {}", message_.size()));
            break;
        }
        if (size != 0) append_label(text, message_.subspan(at + 1, size));
        at += 1U + size;
        if (size == 0) {
            if (!jumped) at_ = at;
            break;
        }
    }
    return text;
}

void Reader::skip_name() {
    while (!failed()) {
        const std::uint8_t size = u8();
        if ((size & pointer_mark) == pointer_mark) {
            u8();
            return;
        }
        if (size == 0) return;
        if ((size & pointer_mark) != 0) fail("label of an unknown kind");
        bytes(size);
    }
}

/// RFC 2181, 8: a TTL with the high bit set counts as 0.
std::uint32_t read_ttl(Reader& reader) {
    const std::uint32_t ttl = reader.u32();
    return ttl > 0x7fffffffU ? 0 : ttl;
}

Record::Text read_text(Reader& reader, std::size_t end) {
    Record::Text text;
    while (!reader.failed() && reader.position() < end) {
        const auto piece = reader.bytes(reader.u8());
        text.joined.append(piece.begin(), piece.end());
    }
    return text;
}

IpAddress read_v4(Reader& reader) {
    std::array<std::uint8_t, 4> octets{};
    const auto bytes = reader.bytes(octets.size());
    std::copy(bytes.begin(), bytes.end(), octets.begin());
    return IpAddress::v4(octets);
}

IpAddress read_v6(Reader& reader) {
    IpAddress::Octets octets{};
    const auto bytes = reader.bytes(octets.size());
    std::copy(bytes.begin(), bytes.end(), octets.begin());
    return IpAddress::v6(octets);
}

Record::Exchange read_exchange(Reader& reader) {
    Record::Exchange exchange;
    exchange.preference = reader.u16();
    exchange.host = reader.name();
    return exchange;
}

dane::Tlsa read_tlsa(Reader& reader, std::size_t end) {
    dane::Tlsa tlsa;
    tlsa.usage = reader.u8();
    tlsa.selector = reader.u8();
    tlsa.matching_type = reader.u8();
    if (reader.failed() || reader.position() > end) return tlsa;
    const auto data = reader.bytes(end - reader.position());
    tlsa.data.assign(data.begin(), data.end());
    return tlsa;
}

/// What every resource record begins with (RFC 1035, 4.1.3), after its owner.
struct Fixed {
    RecordType type{};
    std::uint16_t record_class = 0;
    std::uint32_t ttl = 0;
    std::size_t end = 0;  ///< of the record's data
};

Fixed read_fixed(Reader& reader) {
    Fixed fixed;
    fixed.type = RecordType{reader.u16()};
    fixed.record_class = reader.u16();
    fixed.ttl = read_ttl(reader);
    const std::uint16_t length = reader.u16();
    fixed.end = reader.position() + length;
    return fixed;
}

void check_end(Reader& reader, const Fixed& fixed) {
    if (reader.position() != fixed.end)
        reader.fail(fmt::format("{} record whose length is wrong", name_of(fixed.type)));
}

void read_answer(Reader& reader, Reply& reply) {
    Record record;
    record.owner = reader.name();
    const Fixed fixed = read_fixed(reader);
    if (fixed.record_class != class_in) {
        reader.bytes(fixed.end - reader.position());
        return;
    }
    record.type = fixed.type;
    record.ttl = fixed.ttl;
    switch (fixed.type) {
        case RecordType::txt:
            record.data = read_text(reader, fixed.end);
            break;
        case RecordType::cname:
            record.data = Record::Alias{reader.name()};
            break;
        case RecordType::a:
            record.data = read_v4(reader);
            break;
        case RecordType::aaaa:
            record.data = read_v6(reader);
            break;
        case RecordType::mx:
            record.data = read_exchange(reader);
            break;
        case RecordType::tlsa:
            record.data = read_tlsa(reader, fixed.end);
            break;
        case RecordType::ns:
        case RecordType::soa:
        case RecordType::opt:
        default:  // any other number a server may send
            reader.bytes(fixed.end - reader.position());
            break;
    }
    check_end(reader, fixed);
    if (!reader.failed()) reply.answers.push_back(std::move(record));
}

void read_authority(Reader& reader, Reply& reply) {
    reader.skip_name();
    const Fixed fixed = read_fixed(reader);
    if (fixed.type != RecordType::soa || fixed.record_class != class_in) {
        reader.bytes(fixed.end - reader.position());
        return;
    }
    reader.skip_name();  // MNAME
    reader.skip_name();  // RNAME
    reader.bytes(16);    // SERIAL, REFRESH, RETRY, EXPIRE
    const std::uint32_t minimum = read_ttl(reader);
    check_end(reader, fixed);
    reply.negative_ttl = std::min(fixed.ttl, minimum);  // RFC 2308, 5
}

/// RFC 6891, 6.1.2. Options that are cut off are left out: they are for people only.
void read_options(std::span<const std::uint8_t> data, Reply& reply) {
    constexpr std::uint16_t extended_error = 15;  // RFC 8914, 2
    Reader reader(data);
    while (!reader.failed() && reader.position() < data.size()) {
        const std::uint16_t code = reader.u16();
        const auto option = reader.bytes(reader.u16());
        if (code != extended_error || option.size() < 2 || reply.extended_error) continue;
        const auto info = static_cast<std::uint16_t>((option[0] << 8U) | option[1]);
        reply.extended_error = ExtendedError{info, std::string(option.begin() + 2, option.end())};
    }
}

void read_additional(Reader& reader, Reply& reply) {
    reader.skip_name();
    const auto type = RecordType{reader.u16()};
    reader.u16();
    const std::uint32_t extended = reader.u32();
    const std::uint16_t length = reader.u16();
    const auto data = reader.bytes(length);
    if (type != RecordType::opt || reader.failed()) return;
    read_options(data, reply);
    // RFC 6891, 6.1.3: the upper eight bits of the response code.
    const std::uint32_t upper = extended >> 24U << 4U;
    const std::uint32_t lower = static_cast<std::uint32_t>(reply.rcode) & 0xfU;
    reply.rcode = Rcode{static_cast<std::uint16_t>(upper | lower)};
}

}  // namespace

Result<Reply> parse_reply(std::span<const std::uint8_t> message) {
    constexpr unsigned qr = 0x8000;
    constexpr unsigned opcode = 0x7800;
    constexpr unsigned tc = 0x0200;
    constexpr unsigned ad = 0x0020;

    Reader reader(message);
    Reply reply;
    reply.id = reader.u16();
    const unsigned flags = reader.u16();
    const std::uint16_t questions = reader.u16();
    const std::uint16_t answers = reader.u16();
    const std::uint16_t authorities = reader.u16();
    const std::uint16_t additionals = reader.u16();
    if (reader.failed()) return malformed("shorter than a header");
    if ((flags & qr) == 0) return malformed("a query, not an answer");
    if ((flags & opcode) != 0) return malformed("of another operation than QUERY");
    if (questions != 1) return malformed(fmt::format("{} questions", questions));
    reply.rcode = Rcode{static_cast<std::uint16_t>(flags & 0xfU)};
    reply.truncated = (flags & tc) != 0;
    reply.authenticated = (flags & ad) != 0;

    reply.question.name = reader.name();
    reply.question.type = RecordType{reader.u16()};
    if (const std::uint16_t question_class = reader.u16(); !reader.failed() && question_class != class_in)
        return malformed(fmt::format("question of class {}", question_class));
    if (!reply.truncated) {
        for (unsigned i = 0; i < answers && !reader.failed(); ++i)
            read_answer(reader, reply);
        for (unsigned i = 0; i < authorities && !reader.failed(); ++i)
            read_authority(reader, reply);
        for (unsigned i = 0; i < additionals && !reader.failed(); ++i)
            read_additional(reader, reply);
    }
    if (reader.failed()) return malformed(reader.failure());
    return reply;
}

}  // namespace tlspolicy::dns
