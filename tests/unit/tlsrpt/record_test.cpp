#include "tlsrpt/record.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tlspolicy::tlsrpt;

namespace {

void good(std::string_view text, const std::vector<std::string>& uris,
          const std::vector<std::string>& skipped = {}) {
    CAPTURE(text);
    const auto record = parse_record(text);
    REQUIRE(record.has_value());
    CHECK(record->uris == uris);
    CHECK(record->skipped == skipped);
}

void bad(std::string_view text, std::string_view why) {
    CAPTURE(text);
    const auto record = parse_record(text);
    REQUIRE(record.has_error());
    CHECK(record.error().message() == why);
}

void none(const std::vector<std::string>& texts, std::string_view why, bool any) {
    CAPTURE(why);
    const auto found = find_record(texts);
    REQUIRE(std::holds_alternative<NoRecord>(found));
    CHECK(std::get<NoRecord>(found).why == why);
    CHECK(std::get<NoRecord>(found).any == any);
}

}  // namespace

TEST_CASE("a record says where reports go") {  // RFC 8460, 3
    good("v=TLSRPTv1;rua=mailto:reports@example.com", {"mailto:reports@example.com"});
    good("v=TLSRPTv1; rua=https://reporting.example.com/v1/tlsrpt;",
         {"https://reporting.example.com/v1/tlsrpt"});
    good("v=TLSRPTv1 \t; rua=MAILTO:a@b.example ; ", {"MAILTO:a@b.example"});
    good("v=TLSRPTv1; x=y; rua=mailto:a@b.example", {"mailto:a@b.example"});
    good("v=TLSRPTv1; rua=mailto:a@b.example , https://c.example/",
         {"mailto:a@b.example", "https://c.example/"});
    good("v=TLSRPTv1; rua=mailto:a@b.example; rua=mailto:c@d.example",
         {"mailto:a@b.example", "mailto:c@d.example"});
    good("v=TLSRPTv1; rua=https://c.example/a%2Cb", {"https://c.example/a%2Cb"});  // split before decoding
}

TEST_CASE("what nobody can report to is skipped, and the rest counts") {
    good("v=TLSRPTv1; rua=postmaster@example.com", {}, {"postmaster@example.com"});
    good("v=TLSRPTv1; rua=http://c.example/,mailto:a@b.example", {"mailto:a@b.example"},
         {"http://c.example/"});
    for (const char* uri : {"mailto:", "mailto:a", "mailto:@b.example", "mailto:a@", "mailto:a@b?cc=c@d",
                            "https://", "https:///path", "mailto:a@b@c", "mailto:a b@c", "https://-c.example",
                            "ftp://c.example", "https://c.example/a;b", "https://c.example/a,b",
                            "https://c.example/a!10m", "mailto:a;b@c.example", "mailto:a,b@c.example"}) {
        CAPTURE(uri);
        CHECK_FALSE(is_usable_uri(uri));
    }
    good("v=TLSRPTv1; rua=mailto:a\x01@b.example", {}, {"mailto:a\\x01@b.example"});
}

TEST_CASE("an invalid record says what is wrong with it") {
    bad("v=TLSRPTv10; rua=mailto:a@b.example", "it does not begin with v=TLSRPTv1;");
    bad("v=tlsrptv1; rua=mailto:a@b.example", "it does not begin with v=TLSRPTv1;");
    bad("v=TLSRPTv1", "it does not begin with v=TLSRPTv1;");
    bad("v=TLSRPTv1;", "rua is missing");
    bad("v=TLSRPTv1; x=y", "rua is missing");
    bad("v=TLSRPTv1; RUA=mailto:a@b.example", "rua is missing");
    bad("v=TLSRPTv1; rua=", "rua is empty");
    bad("v=TLSRPTv1; ; rua=mailto:a@b.example", "an empty field");
    bad("v=TLSRPTv1; mailto:a@b.example", "\"mailto:a@b.example\" is not name=value");
}

TEST_CASE("exactly one record counts") {
    const std::string one = "v=TLSRPTv1; rua=mailto:a@b.example";
    const auto found = find_record(std::vector<std::string>{"other", one, "v=TLSRPTv2; rua=x"});
    REQUIRE(std::holds_alternative<Record>(found));
    CHECK(std::get<Record>(found).uris == std::vector<std::string>{"mailto:a@b.example"});
    none({one, one}, "2 TXT records begin with v=TLSRPTv1;", true);
    none({}, "no TXT record begins with v=TLSRPTv1;", false);
    none({"v=spf1 -all"}, "no TXT record begins with v=TLSRPTv1;", false);
    none({"v=TLSRPTv2; rua=mailto:a@b.example"}, "no TXT record begins with v=TLSRPTv1;", true);
    none({"v=TLSRPTv1; rua="}, "the TXT record is invalid: rua is empty", true);
}
