#include "cli/explain_exit.hpp"

#include "unit/inquiry/samples.hpp"

#include <doctest/doctest.h>

namespace tlspolicy::cli {
namespace {

using engine::Rule;
using inquiry::Explanation;

/// The map QUERY alone, answered by this rule.
Explanation by(Rule rule, postfix::Answer answer = postfix::NotFound{}) {
    Explanation explanation = inquiry::samples::example();
    explanation.answers.erase(explanation.answers.begin());
    explanation.answers.front().rule = rule;
    explanation.answers.front().answer = std::move(answer);
    return explanation;
}

}  // namespace

TEST_CASE("a definite answer is fine, whatever it is") {
    CHECK(exit_of(inquiry::samples::example()) == Exit::fine);
    for (const Rule rule : {Rule::policy_enforced, Rule::policy_testing, Rule::policy_none, Rule::no_record,
                            Rule::all_hosts_usable, Rule::some_hosts_usable, Rule::some_hosts_usable_enforced,
                            Rule::hosts_insecure}) {
        CAPTURE(engine::name_of(rule));
        CHECK(exit_of(by(rule)) == Exit::fine);
    }
    Explanation no_domain;
    no_domain.answers.push_back({"postfix", {}, postfix::NotFound{}, postfix::NotFound{}, Rule::no_record});
    CHECK(exit_of(no_domain) == Exit::fine);
}

TEST_CASE("what a domain publishes and nobody can use is a warning") {
    CHECK(exit_of(by(Rule::policy_unavailable)) == Exit::warning);
    CHECK(exit_of(by(Rule::hosts_unusable, postfix::Dane{false})) == Exit::warning);
}

TEST_CASE("mail that would be deferred is a problem") {
    CHECK(exit_of(by(Rule::hosts_not_known_enforced, postfix::Temp{"DANE: why"})) == Exit::problem);
    CHECK(exit_of(by(Rule::record_not_known, postfix::Temp{"MTA-STS: why"})) == Exit::problem);
    CHECK(exit_of(by(Rule::policy_enforced, postfix::Perm{"why"})) == Exit::problem);
}

TEST_CASE("an answer that hangs on a lookup that failed is not known") {
    for (const Rule rule : {Rule::record_not_known, Rule::hosts_undecided, Rule::hosts_undecided_enforced,
                            Rule::hosts_not_known_enforced}) {
        CAPTURE(engine::name_of(rule));
        CHECK(exit_of(by(rule)) == Exit::unknown);
    }
    Explanation explanation = by(Rule::no_record);
    explanation.dane->standing = dane::Standing::hosts_not_known;
    CHECK(exit_of(explanation) == Exit::unknown);
    explanation.dane.reset();
    CHECK(exit_of(explanation) == Exit::unknown);
    explanation.answers.front().options.dane = false;  // such a map does not ask for it
    CHECK(exit_of(explanation) == Exit::fine);
    explanation = by(Rule::policy_enforced);
    explanation.validates = Error(ErrorKind::dns, "NS .: no answer");
    CHECK(exit_of(explanation) == Exit::unknown);
}

TEST_CASE("the worst map counts, and an override stands before all that was found") {
    Explanation explanation = by(Rule::policy_unavailable);
    explanation.answers.push_back(explanation.answers.front());
    explanation.answers.back().rule = Rule::record_not_known;
    CHECK(exit_of(explanation) == Exit::unknown);
    explanation.answers.push_back(explanation.answers.front());
    explanation.answers.back().answer = postfix::Temp{"why"};
    CHECK(exit_of(explanation) == Exit::problem);
    explanation.answers.pop_back();
    explanation.override = inquiry::OverrideInForce{"example.com", "may"};
    CHECK(exit_of(explanation) == Exit::fine);
}

}  // namespace tlspolicy::cli
