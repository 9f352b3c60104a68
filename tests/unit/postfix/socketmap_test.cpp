#include "postfix/socketmap.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace tlspolicy::postfix;

namespace {

void good(std::string_view payload, std::string_view map, std::string_view key) {
    CAPTURE(payload);
    const auto request = parse_request(payload);
    REQUIRE(std::holds_alternative<Request>(request));
    CHECK(std::get<Request>(request).map == map);
    CHECK(std::get<Request>(request).key == key);
}

void bad(std::string_view payload, std::string_view why) {
    CAPTURE(payload);
    const auto request = parse_request(payload);
    REQUIRE(std::holds_alternative<Malformed>(request));
    CHECK(std::get<Malformed>(request).why == why);
}

}  // namespace

TEST_CASE("a request is a map name, a blank and a key") {  // proves MAP-2
    good("postfix example.com", "postfix", "example.com");
    good("QUERYwithTLSRPT [mx.example.com]:587", "QUERYwithTLSRPT", "[mx.example.com]:587");
    good("postfix a key with blanks ", "postfix", "a key with blanks ");
    good("postfix  x", "postfix", " x");
    good("postfix ", "postfix", "");
    good(std::string_view("postfix a\0b", 11), "postfix", std::string_view("a\0b", 3));
    good("postfix \xff\xfe", "postfix", "\xff\xfe");
}

TEST_CASE("what is not a request is malformed") {  // proves MAP-1, MAP-2
    bad("", "no blank after the map name");
    bad("postfix", "no blank after the map name");
    bad("postfix\texample.com", "no blank after the map name");
    bad(" example.com", "no map name");
    bad(" ", "no map name");
}

TEST_CASE("the longest key of Postfix fits, one byte more does not") {  // proves MAP-1
    const std::string key(max_key, 'k');
    const std::string map(max_map_name, 'm');
    good(map + " " + key, map, key);
    bad("postfix " + key + "k", "the key is too long");
    bad(map + "m " + key, "the map name is too long");

    const std::string largest = map + " " + key;
    const std::string frame = std::to_string(largest.size()) + ":" + largest + ",";
    CHECK(std::holds_alternative<Frame>(decode_netstring(frame, max_request)));
    CHECK(std::holds_alternative<Malformed>(decode_netstring(std::to_string(max_request + 1), max_request)));
}
