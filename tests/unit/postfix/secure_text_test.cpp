#include "postfix/secure_text.hpp"

#include "postfix/socketmap.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tlspolicy::postfix;

namespace {

using Patterns = std::vector<std::string_view>;
using Lines = std::vector<std::string>;

SecureText text_of(const Patterns& patterns, const Lines& lines) {
    return SecureText::create(patterns, lines).value();
}

std::string plain(const Patterns& patterns) {
    return std::string(text_of(patterns, {"version: STSv1"}).plain());
}

std::string tlsrpt(const SecureText& text, std::string_view domain) {
    std::string out;
    text.append_tlsrpt(out, domain);
    CHECK(out.size() == text.tlsrpt_size(domain));
    return out;
}

/// The tail of the TLS-RPT form: its policy strings.
std::string policy_strings(const Lines& lines) {
    const std::string whole = tlsrpt(text_of({"mx.example.com"}, lines), "example.com");
    constexpr std::string_view head =
        "secure match=mx.example.com servername=hostname policy_type=sts "
        "policy_domain=example.com mx_host_pattern=mx.example.com";
    REQUIRE(whole.substr(0, head.size()) == head);
    return whole.substr(head.size());
}

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t n = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
        ++n;
    return n;
}

constexpr std::string_view fallback = " { policy_string = version: STSv1 }";
const std::string longest_domain = std::string(61, 'd') + "." + std::string(63, 'd') + "."
                                   + std::string(63, 'd') + "." + std::string(63, 'd');

}  // namespace

TEST_CASE("match= holds every pattern in the policy's order") {  // proves STS-40
    CHECK(plain({"mx.example.com"}) == "secure match=mx.example.com servername=hostname");
    CHECK(plain({"*.example.com"}) == "secure match=.example.com servername=hostname");
    CHECK(plain({"b.example", "*.c.example", "a.example", "b.example"})
          == "secure match=b.example:.c.example:a.example:b.example servername=hostname");
}

TEST_CASE("the TLS-RPT form goes on with policy type, domain, patterns and lines") {  // proves STS-41
    const Lines lines = {"version: STSv1", "mode: enforce", "mx: *.example.net", "mx: mx.example.com",
                         "max_age: 86400"};
    const SecureText text = text_of({"*.example.net", "mx.example.com"}, lines);
    CHECK(tlsrpt(text, "example.com")
          == "secure match=.example.net:mx.example.com servername=hostname policy_type=sts "
             "policy_domain=example.com mx_host_pattern=*.example.net mx_host_pattern=mx.example.com "
             "{ policy_string = version: STSv1 } { policy_string = mode: enforce } "
             "{ policy_string = mx: *.example.net } { policy_string = mx: mx.example.com } "
             "{ policy_string = max_age: 86400 }");
    CHECK(text.plain() == "secure match=.example.net:mx.example.com servername=hostname");
    CHECK(tlsrpt(text, "example.com") == tlsrpt(text, "example.com"));  // nothing piles up
}

TEST_CASE("only lines that are safe to print are printed") {  // proves STS-13, STS-41
    CHECK(policy_strings({"mode: enforce", "foo: x } tafile=/etc/passwd {"})
          == " { policy_string = mode: enforce }");
    CHECK(policy_strings({"foo: {", "mode: enforce"}) == " { policy_string = mode: enforce }");
    CHECK(policy_strings({"foo: }", "mode: enforce"}) == " { policy_string = mode: enforce }");
    CHECK(policy_strings({"foo: a\tb", "mode: enforce"}) == " { policy_string = mode: enforce }");
    CHECK(policy_strings({"foo: \xc3\xbc", "mode: enforce"}) == " { policy_string = mode: enforce }");
    CHECK(policy_strings({std::string("foo: \0", 6), "mode: enforce"})
          == " { policy_string = mode: enforce }");
    CHECK(policy_strings({"foo: a\r\nb", "mode: enforce"}) == " { policy_string = mode: enforce }");
    CHECK(policy_strings({"foo: a=b, c = \"d\" \\ :"}) == " { policy_string = foo: a=b, c = \"d\" \\ : }");
    CHECK(policy_strings({"mode:   enforce  "}) == " { policy_string = mode:   enforce   }");
}

TEST_CASE("there is always a policy string") {  // proves STS-41
    CHECK(policy_strings({}) == fallback);
    CHECK(policy_strings({"foo: {}"}) == fallback);
    CHECK(policy_strings({"", "  "}) == fallback);
    CHECK(policy_strings({"version:" + std::string(99'990, ' ') + "STSv1"}) == fallback);
}

TEST_CASE("when the answer would grow too long, extension lines go first, the last of them before the rest") {
    // proves STS-17, STS-41
    const std::string half(50'000, 'x');
    CHECK(policy_strings({"a: " + half, "mode: enforce", "b: " + half, "max_age: 1"})
          == " { policy_string = a: " + half
                 + " } { policy_string = mode: enforce } { policy_string = max_age: 1 }");
    CHECK(policy_strings({"a: " + half + half, "mode: enforce", "b: 1"})
          == " { policy_string = mode: enforce }");
    const std::string blanks(50'000, ' ');
    CHECK(policy_strings({"version:" + blanks + "STSv1", "mode: enforce", "mx:" + blanks + "x", "b: 1"})
          == " { policy_string = version:" + blanks + "STSv1 } { policy_string = mode: enforce }");
}

TEST_CASE("the answer to a thousand mx lines stays within Postfix's limit") {  // proves STS-17, STS-41
    std::vector<std::string> names;
    Lines lines = {"version: STSv1", "mode: enforce", "max_age: 1"};
    for (int i = 0; i < 1000; ++i) {
        names.push_back("mx" + std::to_string(1000 + i) + ".mail.example.com");
        lines.push_back("mx: " + names.back());
    }
    const SecureText text = text_of(Patterns(names.begin(), names.end()), lines);
    const std::string whole = tlsrpt(text, longest_domain);
    CHECK(whole.size() + 3 <= max_reply);
    CHECK(whole.size() + 3 > max_reply - 100);  // as many lines as fit
    CHECK(count(whole, "mx_host_pattern=") == 1000);
    CHECK(count(whole, "{ policy_string = ") > 500);
    CHECK(count(text.plain(), ".mail.example.com") == 1000);
}

TEST_CASE("where the patterns alone fill the answer, the TLS-RPT form is the plain one") {  // proves STS-17
    const std::vector<std::string_view> names(9000, "a.b");
    const SecureText text = text_of(names, {"version: STSv1"});
    CHECK(tlsrpt(text, "example.com") == text.plain());
    CHECK(text.plain().size() == 9000 * 4 - 1 + std::string_view("secure match= servername=hostname").size());
}

TEST_CASE("the plain answer may be as long as Postfix reads, and not longer") {  // proves STS-17
    const std::size_t around = std::string_view("OK secure match= servername=hostname").size();
    const std::string fits(max_reply - around, 'a');
    const std::string too_long = fits + 'a';
    CHECK(text_of({fits}, {}).plain().size() + 3 == max_reply);
    CHECK(tlsrpt(text_of({fits}, {}), "example.com").size() + 3 == max_reply);
    const auto refused = SecureText::create(Patterns{too_long}, Lines{});
    REQUIRE(refused.has_error());
    CHECK(refused.error().kind() == tlspolicy::ErrorKind::invalid);
    CHECK(SecureText::create(Patterns{}, Lines{"mode: none"}).has_error());
}

TEST_CASE("the longest policy domain still leaves the answer within the limit") {  // proves STS-17
    REQUIRE(longest_domain.size() == 253);
    for (std::size_t blanks = 99'000; blanks < 100'000; ++blanks) {
        const SecureText text =
            text_of({"mx.example.com"}, {"version:" + std::string(blanks, ' ') + "STSv1"});
        REQUIRE(text.tlsrpt_size(longest_domain) + 3 <= max_reply);
    }
}
