#include "cli/finding.hpp"

#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>

#include <vector>

namespace tlspolicy::cli {
namespace {

const Palette no_colours(false);

Finding finding(Severity severity) {
    Finding made;
    made.severity = severity;
    made.what = "What is the case";
    return made;
}

Finding full() {
    Finding made;
    made.severity = Severity::problem;
    made.what = "The policy of example.com allows no mail server that its MX records name";
    made.why = "Senders who follow it deliver no mail to this domain.";
    made.fix =
        "Add a line \"mx: mail.example.com\" to the policy, and change the id in the record after that.";
    made.source = "RFC 8461, 4.1";
    return made;
}

TEST_CASE("the worst finding decides the exit status") {
    struct Example {
        std::vector<Severity> severities;
        Exit expected;
    };
    const Example examples[] = {
        {{}, Exit::fine},
        {{Severity::ok, Severity::note}, Exit::fine},
        {{Severity::warning, Severity::ok}, Exit::warning},
        {{Severity::warning, Severity::unknown}, Exit::unknown},
        {{Severity::unknown, Severity::warning}, Exit::unknown},
        {{Severity::unknown, Severity::problem}, Exit::problem},
        {{Severity::problem, Severity::unknown}, Exit::problem},
    };
    for (const auto& example : examples) {
        std::vector<Finding> findings;
        for (const Severity severity : example.severities)
            findings.push_back(finding(severity));
        CAPTURE(findings.size());
        CHECK(exit_of(findings) == example.expected);
    }
}

TEST_CASE("a finding is shown with its reason and what to do, in lines of at most 80 columns") {
    const std::vector<Finding> findings = {finding(Severity::ok), full()};
    CHECK(to_text(findings, no_colours, 200)
          == "ok: What is the case\n"
             "problem: The policy of example.com allows no mail server that its MX records\n"
             "         name (RFC 8461, 4.1)\n"
             "    Senders who follow it deliver no mail to this domain.\n"
             "    To do: Add a line \"mx: mail.example.com\" to the policy, and change the id in\n"
             "           the record after that.\n");
    CHECK(to_text(findings, no_colours, 40).find("    Senders who follow it deliver no\n    mail to this")
          != std::string::npos);
}

TEST_CASE("only the severity of a finding has a colour") {
    const std::vector<Finding> findings = {finding(Severity::warning)};
    CHECK(to_text(findings, Palette(true), 80) == "\x1b[33mwarning\x1b[0m: What is the case\n");
}

TEST_CASE("a finding for programs leaves out what it does not have") {
    const std::vector<Finding> findings = {finding(Severity::unknown), full()};
    CHECK(
        boost::json::serialize(to_json(findings))
        == R"([{"severity":"unknown","what":"What is the case"},)"
           R"({"severity":"problem","what":"The policy of example.com allows no mail server that its MX records name",)"
           R"("why":"Senders who follow it deliver no mail to this domain.",)"
           R"("fix":"Add a line \"mx: mail.example.com\" to the policy, and change the id in the record after that.",)"
           R"("source":"RFC 8461, 4.1"}])");
}

}  // namespace
}  // namespace tlspolicy::cli
