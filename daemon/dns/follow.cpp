#include "dns/follow.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

namespace tlspolicy::dns {
namespace {

using engine::Absent;

constexpr std::uint32_t no_limit = std::numeric_limits<std::uint32_t>::max();

const Record* alias_of(const Reply& reply, std::string_view name) {
    for (const Record& record : reply.answers)
        if (record.type == RecordType::cname && record.owner == name) return &record;
    return nullptr;
}

bool speaks_of(const Reply& reply, std::string_view name) {
    return std::any_of(reply.answers.begin(), reply.answers.end(),
                       [name](const Record& record) { return record.owner == name; });
}

Found take_records(Reply& reply, const Question& question, std::string_view name) {
    Found found{{}, no_limit};
    for (Record& record : reply.answers) {
        if (record.type != question.type || record.owner != name) continue;
        found.ttl = std::min(found.ttl, record.ttl);
        found.records.push_back(std::move(record));
    }
    return found;
}

/// An alias that lives shorter than the SOA says ends the answer with it.
Absent absent(const Reply& reply, std::uint32_t alias_ttl) {
    Absent none;
    none.why = reply.rcode == Rcode::nx_domain ? Absent::Why::nxdomain : Absent::Why::nodata;
    if (reply.negative_ttl) none.ttl = std::chrono::seconds(std::min(*reply.negative_ttl, alias_ttl));
    return none;
}

}  // namespace

Result<Outcome> follow(Reply reply, const Question& question) {
    std::string name = question.name;
    std::uint32_t alias_ttl = no_limit;
    unsigned aliases = 0;
    for (;;) {
        Found found = take_records(reply, question, name);
        if (!found.records.empty()) {
            found.ttl = std::min(found.ttl, alias_ttl);
            return Outcome(std::move(found));
        }
        const Record* alias = alias_of(reply, name);
        if (alias == nullptr) break;
        // A loop is a chain that never ends, so the bound finds both.
        if (++aliases > max_aliases) return Error(ErrorKind::dns, "CNAME loop or more than 8 CNAMEs");
        alias_ttl = std::min(alias_ttl, alias->ttl);
        name = std::get<Record::Alias>(alias->data).target;
    }
    if (aliases == 0 && !reply.answers.empty() && !speaks_of(reply, name))
        return Error(ErrorKind::dns, "records of other names only");
    const bool says_nothing =
        reply.rcode == Rcode::no_error && !reply.negative_ttl && !speaks_of(reply, name);
    if (aliases != 0 && says_nothing) return Outcome(Referred{std::move(name), alias_ttl, aliases});
    return Outcome(absent(reply, alias_ttl));
}

}  // namespace tlspolicy::dns
