#include "postfix/tcp_table.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace tlspolicy::postfix;

namespace {

std::string rendered(const Answer& answer, std::string_view domain = "example.com") {
    std::string out = "before\n";
    append_table_reply(out, answer, domain);
    REQUIRE(out.starts_with("before\n"));
    return out.substr(7);
}

Found found(std::string_view pattern, bool tlsrpt = false) {
    const std::string_view patterns[] = {pattern};
    const std::string lines[] = {"version: STSv1"};
    return {std::make_shared<const SecureText>(SecureText::create(patterns, lines).value()), tlsrpt};
}

}  // namespace

// proves MAP-6
TEST_CASE("a request is one line, in whatever pieces it comes") {
    const std::string text = "get example.com\nget b\r\n";
    for (std::size_t size = 0; size < 16; ++size)
        CHECK(std::holds_alternative<NeedMore>(decode_line(text.substr(0, size))) == (size < 16));
    const auto first = std::get<Line>(decode_line(text));
    CHECK(first.text == "get example.com");
    CHECK(first.consumed == 16);
    const auto second = std::get<Line>(decode_line(std::string_view(text).substr(16)));
    CHECK(second.text == "get b");
    CHECK(second.consumed == 7);
    CHECK(std::get<Line>(decode_line("\n")).text.empty());
}

TEST_CASE("a line that is too long is malformed as soon as that is certain") {
    const std::string longest(max_table_line, 'x');
    CHECK(std::get<Line>(decode_line(longest + "\n")).text == longest);
    CHECK(std::get<Line>(decode_line(longest + "\r\n")).text == longest);
    CHECK(std::holds_alternative<NeedMore>(decode_line(longest)));
    CHECK(std::holds_alternative<NeedMore>(decode_line(longest + "\r")));
    CHECK(std::holds_alternative<Malformed>(decode_line(longest + "x\n")));
    CHECK(std::holds_alternative<Malformed>(decode_line(longest + "xx")));
}

TEST_CASE("only get is a command, and its key may be coded") {
    CHECK(key_of_get("get example.com") == "example.com");
    CHECK(key_of_get("get ") == "");
    CHECK_FALSE(key_of_get("get"));
    CHECK_FALSE(key_of_get("GET example.com"));
    CHECK_FALSE(key_of_get("put example.com value"));
    CHECK_FALSE(key_of_get(""));
    CHECK_FALSE(is_coded("example.com"));
    CHECK(is_coded("a%20b"));
}

TEST_CASE("each answer has its status, and its text is coded") {
    CHECK(rendered(found("*.example.com")) == "200 secure%20match=.example.com%20servername=hostname\n");
    Found old = found("mx.example.com");
    old.servername = false;
    CHECK(rendered(old) == "200 secure%20match=mx.example.com\n");
    CHECK(rendered(found("mx.example.com", true))
              .starts_with("200 secure%20match=mx.example.com%20servername=hostname%20policy_type=sts%20"));
    CHECK(rendered(Dane{true}) == "200 dane-only\n");
    CHECK(rendered(Dane{false}) == "200 dane\n");
    CHECK(rendered(Overridden{std::make_shared<const std::string>("may ciphers=medium")})
          == "200 may%20ciphers=medium\n");
    CHECK(rendered(NotFound{}) == "500 not%20found\n");
    CHECK(rendered(Temp{"50% of\n it"}) == "400 50%25%20of%0A%20it\n");
    CHECK(rendered(Perm{"unknown map x"}) == "400 unknown%20map%20x\n");
    CHECK(rendered(Temp{std::string(5000, 'x')}).size() < 300);
    std::string refusal;
    append_table_refusal(refusal);
    CHECK(refusal == "500 only%20get%20is%20served\n");
}

TEST_CASE("an answer that Postfix would not read whole is 400") {
    const auto reply = rendered(Overridden{std::make_shared<const std::string>(std::string(5000, 'a'))});
    CHECK(reply == "400 the%20answer%20is%20too%20long%20for%20a%20tcp_table:%20use%20socketmap\n");
    const std::string fits(max_table_line - 4, 'a');
    CHECK(rendered(Overridden{std::make_shared<const std::string>(fits)}) == "200 " + fits + "\n");
}

TEST_CASE("what TLS-RPT needs is left out where only with it the answer is too long") {  // proves STS-41
    const std::string_view patterns[] = {"mx.example.com"};
    const auto answer_with = [&](std::size_t size) {
        const std::string lines[] = {"version: STSv1", "mode: enforce", "note: " + std::string(size, 'x')};
        return Found{std::make_shared<const SecureText>(SecureText::create(patterns, lines).value()), true};
    };
    CHECK(rendered(answer_with(1000)).find("policy_string") != std::string::npos);
    CHECK(rendered(answer_with(4000)) == "200 secure%20match=mx.example.com%20servername=hostname\n");

    const std::string label(60, 'a');
    std::string name = label + '.' + label + '.' + label + ".example";
    std::vector<std::string_view> many(30, name);
    const std::string lines[] = {"version: STSv1"};
    const Found long_plain{std::make_shared<const SecureText>(SecureText::create(many, lines).value()), true};
    CHECK(rendered(long_plain).starts_with("400 the%20answer%20is%20too%20long"));
}
