#include "postfix/answer.hpp"

#include "postfix/netstring.hpp"
#include "postfix/socketmap.hpp"
#include "unit/allocations.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tlspolicy::postfix;

namespace {

std::shared_ptr<const SecureText> secure_text() {
    const std::vector<std::string_view> patterns = {"mx.example.com", "*.example.net"};
    const std::vector<std::string> lines = {"version: STSv1", "mode: enforce"};
    return std::make_shared<const SecureText>(SecureText::create(patterns, lines).value());
}

std::string reply(const Answer& answer) {
    std::string out;
    append_reply(out, answer, "example.com");
    const auto step = decode_netstring(out, max_reply);
    REQUIRE(std::holds_alternative<Frame>(step));
    CHECK(std::get<Frame>(step).consumed == out.size());
    return out;
}

std::string payload(const Answer& answer) {
    const std::string whole = reply(answer);
    return std::string(std::get<Frame>(decode_netstring(whole, max_reply)).payload);
}

}  // namespace

TEST_CASE("each answer has its status, and the blank after it") {  // proves MAP-2
    CHECK(reply(NotFound{}) == "9:NOTFOUND ,");
    CHECK(reply(Temp{"dns: SERVFAIL"}) == "18:TEMP dns: SERVFAIL,");
    CHECK(reply(Perm{"unknown map"}) == "16:PERM unknown map,");
    CHECK(reply(Temp{}) == "5:TEMP ,");
    CHECK(reply(Found{secure_text()})
          == "63:OK secure match=mx.example.com:.example.net servername=hostname,");
}

TEST_CASE("a plain answer has no attribute that an old Postfix does not know") {  // proves STS-40, STS-41
    const std::string plain = payload(Found{secure_text()});
    for (const std::string_view unknown : {"policy_", "mx_host_pattern", "{", "}"})
        CHECK(plain.find(unknown) == std::string::npos);
    CHECK(payload(Found{secure_text(), true})
          == plain
                 + " policy_type=sts policy_domain=example.com mx_host_pattern=mx.example.com "
                   "mx_host_pattern=*.example.net { policy_string = version: STSv1 } "
                   "{ policy_string = mode: enforce }");
}

TEST_CASE("answers other than found carry no policy attribute, whatever the domain") {  // proves STS-42
    for (const Answer& answer : {Answer(NotFound{}), Answer(Temp{"x"}), Answer(Perm{"x"})})
        CHECK(payload(answer).find("example.com") == std::string::npos);
}

TEST_CASE("a reason is printable and bounded") {
    CHECK(payload(Temp{std::string("a\nb\0c,d\x7f\xc3\xbc", 10)}) == "TEMP a?b?c,d???");
    CHECK(payload(Temp{std::string(5000, 'r')}) == "TEMP " + std::string(max_reason, 'r'));
    CHECK(payload(Perm{std::string(5000, '\n')}) == "PERM " + std::string(max_reason, '?'));
}

TEST_CASE("replies are appended to what is already there, without an allocation while there is room") {
    // proves MAP-2
    const Answer found = Found{secure_text(), true};
    const Answer plain = Found{secure_text()};
    const Answer temp = Temp{"dns: _mta-sts.example.com: SERVFAIL from every server"};
    std::string out;
    out.reserve(2000);
    const std::size_t before = allocations();
    append_reply(out, NotFound{}, "example.com");
    append_reply(out, found, "example.com");
    append_reply(out, plain, "example.com");
    append_reply(out, temp, "example.com");
    const std::size_t after = allocations();
    CHECK(after == before);
    CHECK(out == reply(NotFound{}) + reply(found) + reply(plain) + reply(temp));
}
