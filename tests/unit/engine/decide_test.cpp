#include "engine/decide.hpp"

#include "samples.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace tlspolicy::engine {
namespace {

using namespace samples;
using postfix::MapOptions;

std::string shown(const postfix::Answer& answer) {
    if (const auto* found = std::get_if<postfix::Found>(&answer))
        return std::string(found->text->plain()) + (found->tlsrpt ? " +tlsrpt" : "");
    if (const auto* temp = std::get_if<postfix::Temp>(&answer)) return "TEMP " + temp->reason;
    return std::holds_alternative<postfix::NotFound>(answer) ? "NOTFOUND" : "PERM";
}

/// What a row of the table says, whatever the map's other options are.
enum class Says : std::uint8_t {
    secure,             ///< the policy's answer
    secure_if_testing,  ///< that, on maps with enforce_testing; else NOTFOUND
    not_found,          ///< NOTFOUND on every map
    temp_if_strict,     ///< TEMP on maps with on_dns_failure: temp; else NOTFOUND
};

struct Row {
    const char* name;
    cache::StsState state;
    Says says;
    std::string why = {};  ///< the reason of a TEMP
};

cache::Cached at(cache::Cached state, Duration expires_in, Duration recheck_in = minutes(1)) {
    state.expires = now + expires_in;
    state.recheck = now + recheck_in;
    return state;
}

cache::Unavailable unavailable(ErrorKind kind, Duration until) {
    return {failure(kind, kind == ErrorKind::dns ? "" : "id1", until), now + until};
}

cache::Cached of_no_host() {
    cache::Cached state = cached();
    state.policy = policy("none", hours(1), "");
    return state;
}

std::vector<Row> table() {
    const std::string not_in_time = "MTA-STS: the policy record could not be looked up in time";
    const auto broken = failure(ErrorKind::fetch, "id2", minutes(5));
    const auto unanswered = failure(ErrorKind::dns, "", minutes(5));
    return {
        {"unknown", cache::Unknown{}, Says::temp_if_strict, not_in_time},
        {"no record, believed", cache::NoRecord{now + minutes(1)}, Says::not_found},
        {"no record, no longer believed", cache::NoRecord{now - minutes(1)}, Says::not_found},
        {"DNS failed", unavailable(ErrorKind::dns, minutes(1)), Says::temp_if_strict, "MTA-STS: it broke"},
        {"DNS failed a while ago", unavailable(ErrorKind::dns, -minutes(1)), Says::temp_if_strict,
         "MTA-STS: it broke"},
        {"fetch failed", unavailable(ErrorKind::fetch, minutes(1)), Says::not_found},
        {"certificate is bad", unavailable(ErrorKind::webpki, minutes(1)), Says::not_found},
        {"policy is invalid", unavailable(ErrorKind::invalid, minutes(1)), Says::not_found},
        {"enforce", cached("enforce"), Says::secure},
        {"enforce, recheck due", at(cached("enforce"), hours(1), -minutes(1)), Says::secure},
        {"enforce, on its last millisecond", at(cached("enforce"), Duration(0)), Says::secure},
        {"enforce, a new policy is not to be had", with_failure(cached("enforce"), broken), Says::secure},
        {"enforce, the record is not to be had", with_failure(cached("enforce"), unanswered), Says::secure},
        {"enforce, expired", at(cached("enforce"), Duration(-1)), Says::temp_if_strict, not_in_time},
        {"testing", cached("testing"), Says::secure_if_testing},
        {"testing, recheck due", at(cached("testing"), hours(1), -minutes(1)), Says::secure_if_testing},
        {"testing, expired", at(cached("testing"), Duration(-1)), Says::temp_if_strict, not_in_time},
        {"none", cached("none"), Says::not_found},
        {"none, that names no host", of_no_host(), Says::not_found},
        {"none, the record is not to be had", with_failure(cached("none"), unanswered), Says::not_found},
        {"none, expired", at(cached("none"), Duration(-1)), Says::temp_if_strict, not_in_time},
    };
}

std::string expected(const Row& row, const MapOptions& options) {
    const std::string secure = plain_answer + (options.tlsrpt ? " +tlsrpt" : "");
    switch (row.says) {
        case Says::secure:
            return secure;
        case Says::secure_if_testing:
            return options.enforce_testing ? secure : "NOTFOUND";
        case Says::not_found:
            return "NOTFOUND";
        case Says::temp_if_strict:
            return options.on_dns_failure == MapOptions::OnDnsFailure::temp ? "TEMP " + row.why : "NOTFOUND";
    }
    return {};
}

}  // namespace

// proves STS-25, STS-33, STS-40, STS-42
TEST_CASE("every state of a domain has its one answer on every map") {
    for (const Row& row : table()) {
        for (const bool tlsrpt : {false, true}) {
            for (const bool enforce_testing : {false, true}) {
                for (const auto on_dns_failure :
                     {MapOptions::OnDnsFailure::not_found, MapOptions::OnDnsFailure::temp}) {
                    const MapOptions options{.tlsrpt = tlsrpt,
                                             .enforce_testing = enforce_testing,
                                             .on_dns_failure = on_dns_failure};
                    CAPTURE(row.name);
                    CAPTURE(tlsrpt);
                    CAPTURE(enforce_testing);
                    CAPTURE(static_cast<int>(on_dns_failure));
                    CHECK(shown(decide(row.state, options, now)) == expected(row, options));
                }
            }
        }
    }
}

TEST_CASE("an answer lists every MX pattern in the policy's order") {  // proves STS-40
    cache::Cached state = cached();
    state.policy = policy("enforce", hours(1), "b.example.net\nmx: *.example.com\nmx: a.example.net");
    CHECK(shown(decide(state, {}, now))
          == "secure match=b.example.net:.example.com:a.example.net servername=hostname");
}

TEST_CASE("an answer keeps its policy alive") {
    postfix::Answer answer;
    {
        const cache::StsState state = cached();
        answer = decide(state, {}, now);
    }
    CHECK(shown(answer) == plain_answer);
}

TEST_CASE("the rule behind an answer is a row of the tables") {
    using dane::Standing;
    const MapOptions usual;
    MapOptions strict;
    strict.on_dns_failure = MapOptions::OnDnsFailure::temp;
    strict.enforce_testing = true;
    const cache::StsState unknown = cache::Unknown{};
    const cache::StsState enforce = cached("enforce");
    const cache::StsState testing = cached("testing");
    CHECK(rule_for(enforce, usual, now) == Rule::policy_enforced);
    CHECK(rule_for(testing, usual, now) == Rule::policy_testing);
    CHECK(rule_for(testing, strict, now) == Rule::policy_enforced);
    CHECK(rule_for(cached("none"), usual, now) == Rule::policy_none);
    CHECK(rule_for(of_no_host(), usual, now) == Rule::policy_none);
    CHECK(rule_for(cache::NoRecord{now}, usual, now) == Rule::no_record);
    CHECK(rule_for(unavailable(ErrorKind::fetch, minutes(1)), usual, now) == Rule::policy_unavailable);
    CHECK(rule_for(unavailable(ErrorKind::dns, minutes(1)), usual, now) == Rule::record_not_known);
    CHECK(rule_for(at(cached("enforce"), Duration(-1)), usual, now) == Rule::record_not_known);
    CHECK(rule_for(unknown, usual, now) == Rule::record_not_known);

    struct Row {
        Standing standing;
        Rule enforced;
        Rule otherwise;
        Rule deferred;  ///< the record is not known, and the map is strict about it
    };
    const Rule enforced = Rule::policy_enforced;
    const Rule not_known = Rule::record_not_known;
    for (const Row& row : {
             Row{Standing::none, enforced, Rule::policy_testing, not_known},
             Row{Standing::all_usable, Rule::all_hosts_usable, Rule::all_hosts_usable,
                 Rule::all_hosts_usable},
             Row{Standing::some_usable, Rule::some_hosts_usable_enforced, Rule::some_hosts_usable, not_known},
             Row{Standing::undecided, Rule::hosts_undecided_enforced, Rule::hosts_undecided, not_known},
             Row{Standing::unusable, enforced, Rule::hosts_unusable, not_known},
             Row{Standing::insecure_hosts, enforced, Rule::hosts_insecure, not_known},
             Row{Standing::hosts_not_known, Rule::hosts_not_known_enforced, Rule::policy_testing, not_known},
         }) {
        CAPTURE(dane::name_of(row.standing));
        cache::DaneState state;
        state.standing = row.standing;
        CHECK(rule_for(enforce, &state, usual, now) == row.enforced);
        CHECK(rule_for(testing, &state, usual, now) == row.otherwise);
        CHECK(rule_for(unknown, &state, strict, now) == row.deferred);
    }
    CHECK(rule_for(enforce, nullptr, usual, now) == Rule::hosts_not_known_enforced);
    CHECK(name_of(Rule::some_hosts_usable_enforced) == "some-hosts-usable-enforced");
}

}  // namespace tlspolicy::engine
