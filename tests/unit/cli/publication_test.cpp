#include "cli/publication.hpp"

#include "sts/record.hpp"
#include "survey_samples.hpp"
#include "tlsrpt/record.hpp"

namespace tlspolicy::cli {
namespace {

using namespace tlspolicy::test;

Wish wish() {
    Wish made;
    made.domain = "example.com";
    made.mx = {"mx1.example.com", "*.backup.example.net"};
    made.rua = {"mailto:tlsrpt@example.com", "https://reports.example/x"};
    made.now = today + std::chrono::hours(12);
    return made;
}

std::string failure(const Wish& wanted) {
    const auto made = compose(wanted);
    return made ? "" : made.error().message();
}

TEST_CASE("what is published is valid by the daemon's own parsers") {
    for (const auto mode : {sts::Mode::testing, sts::Mode::enforce, sts::Mode::none}) {
        CAPTURE(sts::name_of(mode));
        Wish wanted = wish();
        wanted.mode = mode;
        const auto made = compose(wanted);
        REQUIRE(made.has_value());
        const auto policy = sts::parse_policy(made->policy);
        REQUIRE(policy.has_value());
        CHECK(policy->mode == mode);
        CHECK(policy->max_age == wanted.max_age);
        REQUIRE(policy->mx.size() == 2);
        CHECK(policy->mx[1].text() == "*.backup.example.net");
        CHECK(sts::parse_record(made->record).value().id == made->id);
        CHECK(tlsrpt::parse_record(made->report_record).value().uris == wanted.rua);
    }
}

TEST_CASE("an id is a time, and other than the one that is published") {
    const WallTime noon = day(2026, 3, 1) + std::chrono::hours(12);
    CHECK(fresh_id(noon, std::nullopt) == "20260301120000");
    CHECK(fresh_id(noon, "1") == "20260301120000");
    CHECK(fresh_id(noon, "20251231235959") == "20260301120000");
    CHECK(fresh_id(noon, "20260301120000") == "20260301120001");
    CHECK(fresh_id(noon, "20990101000000") == "20990101000001");  // the clock was wrong once
    CHECK(fresh_id(noon, "20160831085700Z") == "20260301120000");
    CHECK(fresh_id(noon, "99999999999998") == "99999999999999");
    CHECK(fresh_id(noon, "99999999999999") == "20260301120000");
}

TEST_CASE("what no policy can be made of is told") {
    Wish wanted = wish();
    wanted.mx = {};
    CHECK(failure(wanted) == "example.com: no mail host is known to put into the policy; name one with --mx");
    wanted.mode = sts::Mode::none;
    CHECK(failure(wanted).empty());
    wanted = wish();
    wanted.mx = {"not a host"};
    CHECK(failure(wanted).starts_with("mx not a host: "));
    wanted = wish();
    wanted.rua = {"tlsrpt@example.com"};
    CHECK(failure(wanted).starts_with(
        "--rua \"tlsrpt@example.com\": write mailto:NAME@DOMAIN or https://HOST/PATH"));
    wanted.rua = {"https://r.example/a;b"};
    CHECK(failure(wanted).ends_with("%2C, %3B and %21 for a comma, a semicolon and an exclamation mark"));
    wanted.rua = {"https://r.example/a%3Bb"};
    CHECK(failure(wanted).empty());
    wanted.rua.assign(17, "mailto:tlsrpt@example.com");
    CHECK(failure(wanted) == "--rua: 17 are too many for one record");
    wanted = wish();
    wanted.max_age = std::chrono::seconds(0);
    CHECK(failure(wanted) == "--max-age: allowed: 1s to 31557600s, a year");
    wanted.max_age = sts::longest_max_age + std::chrono::seconds(1);
    CHECK(failure(wanted) == "--max-age: allowed: 1s to 31557600s, a year");
}

TEST_CASE("the difference tells lines that go, come and stay") {
    CHECK(difference("a: 1\r\nb: 2\r\n", "a: 1\nb: 2\n").empty());
    CHECK(difference("a: 1\nb: 2\n", "b: 2\nc: 3\n") == "- a: 1\n  b: 2\n+ c: 3\n");
    CHECK(difference("", "a: 1\n") == "+ a: 1\n");
    CHECK(difference("a: 1\nb: 2\nc: 3\n", "a: 1\nb: 9\nc: 3\n") == "  a: 1\n- b: 2\n+ b: 9\n  c: 3\n");
    CHECK(difference("a: 1\nb: 2\n", "b: 2\na: 1\n") == "  b: 2\n  a: 1\n");
    CHECK(difference("a: 1\nb: 2\n", "a: 1\n") == "  a: 1\n- b: 2\n");
    std::string huge;
    for (int i = 0; i < 30000; ++i)
        huge += "x\n";
    CHECK(difference(huge, "a: 1\n").ends_with("- x\n+ a: 1\n- ... and 29900 lines more\n"));
    CHECK(difference("\x1b[2J\n", "") == "- \\x1b[2J\n");
}

TEST_CASE("the instructions begin like this") {
    Wish wanted = wish();
    wanted.mode = sts::Mode::enforce;
    wanted.policy_now = "version: STSv1\nmode: testing\nmx: mx1.example.com\nmax_age: 604800\n";
    wanted.id_now = "20260201120000";
    wanted.records_now = {"v=STSv1; id=20260201120000;"};
    const auto text = instructions(wanted, compose(wanted).value());
    CHECK(text.substr(0, text.find("The web server"))
          == R"(The policy, https://mta-sts.example.com/.well-known/mta-sts.txt, is what
stands between the lines of dashes:

----------------------------------------------------------------
version: STSv1
mode: enforce
mx: mx1.example.com
mx: *.backup.example.net
max_age: 604800
----------------------------------------------------------------

Against what is published now:

      version: STSv1
    - mode: testing
    + mode: enforce
      mx: mx1.example.com
    + mx: *.backup.example.net
      max_age: 604800

    - _mta-sts.example.com. IN TXT "v=STSv1; id=20260201120000;"
    + _mta-sts.example.com. IN TXT "v=STSv1; id=20260301120000;"
    + _smtp._tls.example.com. IN TXT "v=TLSRPTv1; rua=mailto:tlsrpt@example.com,https://reports.example/x;"

The DNS records, beside addresses (A, AAAA) of mta-sts.example.com:

_mta-sts.example.com. IN TXT "v=STSv1; id=20260301120000;"
_smtp._tls.example.com. IN TXT "v=TLSRPTv1; rua=mailto:tlsrpt@example.com,https://reports.example/x;"

In this order (RFC 8461, 8.1):
 1. See that every mail host offers STARTTLS and a certificate for its name.
 2. Put the policy file in place, and see that
    https://mta-sts.example.com/.well-known/mta-sts.txt shows it.
 3. Only then publish or change the TXT record: senders that see a new id
    fetch the policy at once, and keep what they find.
 4. tlspolicy check example.com

)");
    for (const char* server : {"nginx:", "Apache:", "Caddy"})
        CHECK(text.find(server) != std::string::npos);
    CHECK(text.find("server_name mta-sts.example.com;") != std::string::npos);
}

std::string records_change(const Wish& wanted) {
    return difference_of_records(wanted, compose(wanted).value());
}

TEST_CASE("of the records those are told that need to change") {
    Wish wanted = wish();
    wanted.rua.clear();
    const std::string fresh = "+ _mta-sts.example.com. IN TXT \"v=STSv1; id=20260301120000;\"\n";
    CHECK(records_change(wanted) == fresh);
    wanted.id_now = "1";
    wanted.records_now = {"v=STSv1; id=1;"};
    CHECK(records_change(wanted) == "- _mta-sts.example.com. IN TXT \"v=STSv1; id=1;\"\n" + fresh);
    wanted.policy_now = compose(wanted).value().policy;
    CHECK(records_change(wanted).empty());  // the same policy keeps its id
    CHECK(instructions(wanted, compose(wanted).value()).find("nothing needs to change") != std::string::npos);
    wanted.id_now.reset();
    wanted.records_now = {"v=STSv1; id=1;", "v=STSv1; id=2;"};
    CHECK(records_change(wanted)
          == "- _mta-sts.example.com. IN TXT \"v=STSv1; id=1;\"\n- _mta-sts.example.com. IN TXT \"v=STSv1; "
             "id=2;\"\n"
                 + fresh);
    wanted.records_now.reset();
    CHECK(records_change(wanted).empty());
    CHECK(instructions(wanted, compose(wanted).value()).find("could be looked up") != std::string::npos);
}

TEST_CASE("the record of TLS reports changes where the addresses do") {
    Wish wanted = wish();
    wanted.records_now.reset();
    wanted.rua = {"mailto:a@example.com"};
    wanted.report_records_now = {"v=TLSRPTv1;rua=mailto:a@example.com"};
    CHECK(records_change(wanted).empty());  // in other words, but the same
    wanted.report_records_now = {"v=TLSRPTv1; rua=mailto:b@example.com"};
    CHECK(records_change(wanted)
          == "- _smtp._tls.example.com. IN TXT \"v=TLSRPTv1; rua=mailto:b@example.com\"\n"
             "+ _smtp._tls.example.com. IN TXT \"v=TLSRPTv1; rua=mailto:a@example.com;\"\n");
}

TEST_CASE("a record that is longer than a string is written as several") {  // RFC 1035, 3.3
    Wish wanted = wish();
    wanted.rua.assign(12, "mailto:tlsrpt@example.com");
    const auto made = compose(wanted).value();
    const auto text = instructions(wanted, made);
    const auto start = text.rfind("_smtp._tls.example.com. IN TXT ");
    const auto line = text.substr(start, text.find('\n', start) - start);
    CHECK(line
          == "_smtp._tls.example.com. IN TXT \"" + made.report_record.substr(0, 255) + "\" \""
                 + made.report_record.substr(255) + "\"");
}

TEST_CASE("a domain that gives MTA-STS up has another order") {  // RFC 8461, 8.3
    Wish wanted = wish();
    wanted.mode = sts::Mode::none;
    const auto text = instructions(wanted, compose(wanted).value());
    CHECK(text.find("In this order (RFC 8461, 8.3):\n 1. Replace the policy file") != std::string::npos);
    CHECK(text.find("8.1") == std::string::npos);
}

}  // namespace
}  // namespace tlspolicy::cli
