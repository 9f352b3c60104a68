#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What a scripted DNS server knows, and how it misbehaves: bytes of a query → what it does. No socket.
namespace tlspolicy::fakes {

enum class DnsType : std::uint16_t { a = 1, cname = 5, mx = 15, txt = 16, aaaa = 28 };

struct DnsRecord {
    DnsType type;
    std::vector<std::uint8_t> data;
    std::uint32_t ttl;
};

/// One TXT record of one string, or of several.
DnsRecord dns_txt(std::string_view text, std::uint32_t ttl = 300);
DnsRecord dns_txt(const std::vector<std::string>& strings, std::uint32_t ttl = 300);
DnsRecord dns_address(std::string_view address, std::uint32_t ttl = 300);  ///< A or AAAA
DnsRecord dns_mx(std::uint16_t preference, std::string_view host, std::uint32_t ttl = 300);
DnsRecord dns_cname(std::string_view target, std::uint32_t ttl = 300);

enum class DnsFault : std::uint8_t {
    none,
    servfail,
    refused,
    notimp,
    formerr,           ///< to every query
    formerr_to_edns,   ///< answers well without EDNS
    notimp_to_edns,    ///< likewise, with the other code in use
    silence,           ///< no answer at all
    silence_once,      ///< none to the first query
    wrong_id,          ///< an answer to a query never sent
    wrong_question,    ///< the id is right, the question is not
    truncated,         ///< TC by UDP; good by TCP
    truncated_always,  ///< TC by TCP as well
    tcp_closed,        ///< TC by UDP; by TCP the connection ends instead of an answer
    tcp_cut,           ///< TC by UDP; by TCP the connection ends in the middle of the answer
    garbage,           ///< octets that are no DNS message
    empty,             ///< an empty datagram
    empty_first,       ///< an empty datagram, and then the answer
    malformed,         ///< header and question are right, the record is cut off
    pointer_loop,      ///< the owner's name points at itself
    lie,               ///< a good answer about another name
    nodata_without_soa,
    nxdomain_without_soa,
    alias_only,   ///< the CNAME without its target, as an authoritative server answers
    bad_version,  ///< BADVERS, which needs the OPT record to be told from NOERROR
};

enum class DnsTransport : std::uint8_t { udp, tcp };

struct DnsReaction {
    std::vector<std::vector<std::uint8_t>> messages;  ///< datagrams, or TCP messages without their length
    bool close = false;                               ///< the TCP connection, after `messages`
    bool cut = false;                                 ///< the last TCP message is sent by half
};

class DnsZone {
public:
    /// Replaces the records of this name and type; none makes the name exist without records of the type.
    void set(std::string_view name, DnsType type, std::vector<DnsRecord> records);
    /// The name and all its types are gone: NXDOMAIN.
    void remove(std::string_view name);
    void misbehave(std::string_view name, DnsFault fault);
    /// In answers of one type alone; it goes before the other.
    void misbehave(std::string_view name, DnsType type, DnsFault fault);
    /// TTL and MINIMUM of the SOA record in negative answers.
    void set_soa(std::uint32_t ttl, std::uint32_t minimum);
    /// The AD bit of every answer.
    void set_authenticated(bool authenticated) { authenticated_ = authenticated; }

    /// Queries for a name, of all types, by both transports.
    unsigned queries(std::string_view name) const;
    unsigned queries(std::string_view name, DnsTransport transport) const;

    DnsReaction react(std::span<const std::uint8_t> query, DnsTransport transport);

private:
    struct Asked;
    struct Draft;

    Draft resolve(const Asked& asked, DnsFault fault) const;
    void put_soa(Draft& draft) const;
    std::vector<std::uint8_t> answer(const Asked& asked, DnsFault fault, DnsTransport transport) const;
    std::vector<std::uint8_t> broken(const Asked& asked, DnsFault fault) const;
    DnsFault fault_of(const Asked& asked) const;

    std::map<std::string, std::map<DnsType, std::vector<DnsRecord>>> names_;
    std::map<std::string, DnsFault> faults_;
    std::map<std::pair<std::string, DnsType>, DnsFault> type_faults_;
    std::map<std::pair<std::string, DnsTransport>, unsigned> queries_;
    std::uint32_t soa_ttl_ = 600;
    std::uint32_t soa_minimum_ = 120;
    bool authenticated_ = false;
};

}  // namespace tlspolicy::fakes
