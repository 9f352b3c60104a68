#include "fakes/dns_zone.hpp"

#include "base/ascii.hpp"
#include "base/ip_address.hpp"

#include <algorithm>
#include <stdexcept>

namespace tlspolicy::fakes {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr unsigned rcode_no_error = 0;
constexpr unsigned rcode_formerr = 1;
constexpr unsigned rcode_servfail = 2;
constexpr unsigned rcode_nxdomain = 3;
constexpr unsigned rcode_notimp = 4;
constexpr unsigned rcode_refused = 5;

void put16(Bytes& bytes, unsigned value) {
    bytes.push_back(static_cast<std::uint8_t>(value >> 8U));
    bytes.push_back(static_cast<std::uint8_t>(value & 0xffU));
}

void put32(Bytes& bytes, std::uint32_t value) {
    put16(bytes, value >> 16U);
    put16(bytes, value & 0xffffU);
}

void put_name(Bytes& bytes, std::string_view name) {
    while (!name.empty()) {
        const std::string_view label = name.substr(0, name.find('.'));
        bytes.push_back(static_cast<std::uint8_t>(label.size()));
        bytes.insert(bytes.end(), label.begin(), label.end());
        name.remove_prefix(std::min(label.size() + 1, name.size()));
    }
    bytes.push_back(0);
}

void put_record(Bytes& bytes, std::string_view owner, unsigned type, std::uint32_t ttl, const Bytes& data) {
    put_name(bytes, owner);
    put16(bytes, type);
    put16(bytes, 1);
    put32(bytes, ttl);
    put16(bytes, static_cast<unsigned>(data.size()));
    bytes.insert(bytes.end(), data.begin(), data.end());
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), ascii::to_lower);
    return result;
}

/// The name in the data of a CNAME.
std::string name_in(const Bytes& data) {
    std::string name;
    for (std::size_t at = 0; data[at] != 0; at += data[at] + 1U) {
        if (!name.empty()) name += '.';
        const auto label = data.begin() + static_cast<std::ptrdiff_t>(at) + 1;
        name.append(label, label + data[at]);
    }
    return name;
}

}  // namespace

/// A reply as it is put together: the counts go into the header at the end.
struct DnsZone::Draft {
    unsigned rcode = rcode_no_error;
    bool truncated = false;
    unsigned answers = 0;
    unsigned authorities = 0;
    Bytes records;

    void add(std::string_view owner, const DnsRecord& record) {
        put_record(records, owner, static_cast<unsigned>(record.type), record.ttl, record.data);
        ++answers;
    }
};

struct DnsZone::Asked {
    unsigned id = 0;
    unsigned type = 0;
    std::string name;
    std::size_t payload = 512;  ///< that the asker takes by UDP
    bool edns = false;

    static Asked read(std::span<const std::uint8_t> query);
    Bytes reply(const Draft& draft, bool authenticated, unsigned extended_rcode = 0) const;
};

DnsZone::Asked DnsZone::Asked::read(std::span<const std::uint8_t> query) {
    const auto u16 = [&](std::size_t at) { return static_cast<unsigned>(query[at] << 8U | query[at + 1]); };
    if (query.size() < 12 || u16(4) != 1) throw std::runtime_error("the client sent no query");
    Asked asked;
    asked.id = u16(0);
    std::size_t at = 12;
    while (query[at] != 0) {
        if (!asked.name.empty()) asked.name += '.';
        asked.name.append(query.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                          query.begin() + static_cast<std::ptrdiff_t>(at) + 1 + query[at]);
        at += query[at] + 1U;
    }
    asked.name = lower(asked.name);
    asked.type = u16(at + 1);
    at += 5;
    if (u16(10) == 1) {  // OPT: the root, type, payload size
        asked.edns = true;
        asked.payload = std::max(u16(at + 3), 512U);
    }
    return asked;
}

Bytes DnsZone::Asked::reply(const Draft& draft, bool authenticated, unsigned extended_rcode) const {
    constexpr unsigned qr_rd_ra = 0x8180;
    Bytes bytes;
    put16(bytes, id);
    put16(bytes, qr_rd_ra | (draft.truncated ? 0x0200U : 0U) | (authenticated ? 0x0020U : 0U) | draft.rcode);
    put16(bytes, 1);
    put16(bytes, draft.answers);
    put16(bytes, draft.authorities);
    put16(bytes, edns ? 1 : 0);
    put_name(bytes, name);
    put16(bytes, type);
    put16(bytes, 1);
    bytes.insert(bytes.end(), draft.records.begin(), draft.records.end());
    if (edns) {
        bytes.push_back(0);
        put16(bytes, 41);
        put16(bytes, 1232);
        put32(bytes, extended_rcode << 24U);
        put16(bytes, 0);
    }
    return bytes;
}

DnsRecord dns_txt(std::string_view text, std::uint32_t ttl) {
    return dns_txt(std::vector<std::string>{std::string(text)}, ttl);
}

DnsRecord dns_txt(const std::vector<std::string>& strings, std::uint32_t ttl) {
    DnsRecord record{DnsType::txt, {}, ttl};
    for (const std::string& text : strings) {
        if (text.size() > 255) throw std::invalid_argument("a string of a TXT record has at most 255 octets");
        record.data.push_back(static_cast<std::uint8_t>(text.size()));
        record.data.insert(record.data.end(), text.begin(), text.end());
    }
    return record;
}

DnsRecord dns_address(std::string_view text, std::uint32_t ttl) {
    const IpAddress address = IpAddress::parse(text).value();
    if (address.is_v4()) {
        const auto octets = address.v4_octets();
        return {DnsType::a, Bytes(octets.begin(), octets.end()), ttl};
    }
    return {DnsType::aaaa, Bytes(address.octets().begin(), address.octets().end()), ttl};
}

DnsRecord dns_mx(std::uint16_t preference, std::string_view host, std::uint32_t ttl) {
    DnsRecord record{DnsType::mx, {}, ttl};
    put16(record.data, preference);
    put_name(record.data, host);
    return record;
}

DnsRecord dns_cname(std::string_view target, std::uint32_t ttl) {
    DnsRecord record{DnsType::cname, {}, ttl};
    put_name(record.data, target);
    return record;
}

void DnsZone::set(std::string_view name, DnsType type, std::vector<DnsRecord> records) {
    names_[lower(name)][type] = std::move(records);
}

void DnsZone::remove(std::string_view name) {
    names_.erase(lower(name));
}

void DnsZone::misbehave(std::string_view name, DnsFault fault) {
    faults_[lower(name)] = fault;
}

void DnsZone::misbehave(std::string_view name, DnsType type, DnsFault fault) {
    type_faults_[{lower(name), type}] = fault;
}

void DnsZone::set_soa(std::uint32_t ttl, std::uint32_t minimum) {
    soa_ttl_ = ttl;
    soa_minimum_ = minimum;
}

unsigned DnsZone::queries(std::string_view name) const {
    return queries(name, DnsTransport::udp) + queries(name, DnsTransport::tcp);
}

unsigned DnsZone::queries(std::string_view name, DnsTransport transport) const {
    const auto found = queries_.find({lower(name), transport});
    return found == queries_.end() ? 0 : found->second;
}

DnsFault DnsZone::fault_of(const Asked& asked) const {
    const auto of_type = type_faults_.find({asked.name, static_cast<DnsType>(asked.type)});
    if (of_type != type_faults_.end()) return of_type->second;
    const auto found = faults_.find(asked.name);
    return found == faults_.end() ? DnsFault::none : found->second;
}

DnsReaction DnsZone::react(std::span<const std::uint8_t> query, DnsTransport transport) {
    const Asked asked = Asked::read(query);
    const unsigned before = queries_[{asked.name, transport}]++;
    const DnsFault fault = fault_of(asked);
    const bool tcp = transport == DnsTransport::tcp;
    DnsReaction reaction;
    switch (fault) {
        case DnsFault::silence:
            return reaction;
        case DnsFault::silence_once:
            if (before == 0) return reaction;
            break;
        case DnsFault::tcp_closed:
            reaction.close = tcp;
            if (tcp) return reaction;
            break;
        case DnsFault::tcp_cut:
            reaction.close = reaction.cut = tcp;
            break;
        case DnsFault::empty:
            reaction.messages.emplace_back();
            return reaction;
        case DnsFault::empty_first:
            reaction.messages.emplace_back();
            break;
        case DnsFault::garbage:
            reaction.messages.push_back(Bytes(99, 0xa5));
            return reaction;
        case DnsFault::malformed:
        case DnsFault::pointer_loop:
        case DnsFault::wrong_question:
        case DnsFault::lie:
            reaction.messages.push_back(broken(asked, fault));
            return reaction;
        default:
            break;
    }
    Bytes reply = answer(asked, fault, transport);
    if (fault == DnsFault::wrong_id) reply[1] ^= 0x55U;
    reaction.messages.push_back(std::move(reply));
    return reaction;
}

Bytes DnsZone::broken(const Asked& asked, DnsFault fault) const {
    Draft draft;
    draft.answers = 1;
    const DnsRecord record = dns_txt("v=STSv1; id=lie;");
    const auto type = static_cast<unsigned>(record.type);
    if (fault == DnsFault::wrong_question) {
        Asked other = asked;
        other.name = "other." + asked.name;
        put_record(draft.records, other.name, type, record.ttl, record.data);
        return other.reply(draft, authenticated_);
    }
    if (fault == DnsFault::pointer_loop) {
        const auto self = static_cast<unsigned>(12 + asked.name.size() + 2 + 4);
        put16(draft.records, 0xc000U | self);
        put_record(draft.records, "", type, record.ttl, record.data);
        return asked.reply(draft, authenticated_);
    }
    put_record(draft.records, fault == DnsFault::lie ? "liar.example" : asked.name, type, record.ttl,
               record.data);
    Asked plain = asked;  // so that the record is the last of the message
    plain.edns = false;
    Bytes reply = plain.reply(draft, authenticated_);
    if (fault == DnsFault::malformed) reply.resize(reply.size() - 5);
    return reply;
}

/// What a resolver says that knows only this zone: the CNAMEs, and the records at their end or the SOA.
DnsZone::Draft DnsZone::resolve(const Asked& asked, DnsFault fault) const {
    Draft draft;
    std::string name = asked.name;
    for (unsigned step = 0; step < 20; ++step) {  // a loop in the zone is sent as it is
        const auto types = names_.find(name);
        if (types == names_.end()) {
            draft.rcode = rcode_nxdomain;
            put_soa(draft);
            return draft;
        }
        const auto records = types->second.find(static_cast<DnsType>(asked.type));
        const auto alias = types->second.find(DnsType::cname);
        if (records == types->second.end() && alias != types->second.end()) {
            draft.add(name, alias->second.front());
            if (fault == DnsFault::alias_only) return draft;
            name = name_in(alias->second.front().data);
            continue;
        }
        if (records != types->second.end())
            for (const DnsRecord& record : records->second)
                draft.add(name, record);
        if (records == types->second.end() || records->second.empty()) put_soa(draft);
        return draft;
    }
    return draft;
}

void DnsZone::put_soa(Draft& draft) const {
    constexpr unsigned soa_type = 6;
    Bytes soa;
    put_name(soa, "ns.invalid");
    put_name(soa, "hostmaster.invalid");
    for (const std::uint32_t value : {1U, 7200U, 3600U, 86400U, soa_minimum_})
        put32(soa, value);
    put_record(draft.records, "invalid", soa_type, soa_ttl_, soa);
    draft.authorities = 1;
}

Bytes DnsZone::answer(const Asked& asked, DnsFault fault, DnsTransport transport) const {
    Draft draft;
    const auto fail = [&](unsigned rcode) {
        draft.rcode = rcode;
        return asked.reply(draft, authenticated_);
    };
    const bool udp = transport == DnsTransport::udp;
    Asked no_edns = asked;
    no_edns.edns = false;
    switch (fault) {
        case DnsFault::servfail:
            return fail(rcode_servfail);
        case DnsFault::refused:
            return fail(rcode_refused);
        case DnsFault::notimp:
            return fail(rcode_notimp);
        case DnsFault::formerr:
            return fail(rcode_formerr);
        case DnsFault::formerr_to_edns:
        case DnsFault::notimp_to_edns:
            draft.rcode = fault == DnsFault::formerr_to_edns ? rcode_formerr : rcode_notimp;
            if (asked.edns) return no_edns.reply(draft, false);
            draft.rcode = rcode_no_error;
            break;
        case DnsFault::truncated_always:
            draft.truncated = true;
            return asked.reply(draft, authenticated_);
        case DnsFault::truncated:
        case DnsFault::tcp_closed:
        case DnsFault::tcp_cut:
            draft.truncated = udp;
            if (udp) return asked.reply(draft, authenticated_);
            break;
        case DnsFault::nodata_without_soa:
            return fail(rcode_no_error);
        case DnsFault::nxdomain_without_soa:
            return fail(rcode_nxdomain);
        case DnsFault::bad_version:
            return asked.reply(draft, authenticated_, 1);
        default:
            break;
    }

    draft = resolve(asked, fault);
    Bytes reply = asked.reply(draft, authenticated_);
    if (udp && reply.size() > asked.payload) {
        Draft cut;
        cut.truncated = true;
        return asked.reply(cut, authenticated_);
    }
    return reply;
}

}  // namespace tlspolicy::fakes
