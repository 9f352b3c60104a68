#include "postfix/netstring.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tlspolicy::postfix;

namespace {

constexpr std::size_t limit = 10'256;

/// What a decoder makes of a stream: the payloads, then how it ends.
struct Decoded {
    std::vector<std::string> payloads;
    std::string ending;  ///< empty: a message boundary; "more": within a message; else why it is malformed

    friend bool operator==(const Decoded&, const Decoded&) = default;
};

/// Feeds `stream` in pieces of `piece` bytes, as a session does.
Decoded feed(std::string_view stream, std::size_t piece) {
    Decoded decoded;
    std::string buffer;
    while (!stream.empty()) {
        buffer += stream.substr(0, piece);
        stream.remove_prefix(std::min(piece, stream.size()));
        while (true) {
            const auto step = decode_netstring(buffer, limit);
            if (const auto* frame = std::get_if<Frame>(&step)) {
                decoded.payloads.emplace_back(frame->payload);
                buffer.erase(0, frame->consumed);
                continue;
            }
            if (const auto* malformed = std::get_if<Malformed>(&step)) {
                decoded.ending = malformed->why;
                return decoded;
            }
            break;
        }
    }
    if (!buffer.empty()) decoded.ending = "more";
    return decoded;
}

void expect(std::string_view stream, const Decoded& expected) {
    CAPTURE(stream);
    CHECK(feed(stream, stream.size() + 1) == expected);
    CHECK(feed(stream, 1) == expected);
    CHECK(feed(stream, 3) == expected);
}

void good(std::string_view stream, std::vector<std::string> payloads) {
    expect(stream, {std::move(payloads), ""});
}

void bad(std::string_view stream, std::string_view why) {
    expect(stream, {{}, std::string(why)});
}

}  // namespace

TEST_CASE("netstrings are cut out of the stream, however its bytes are dealt") {  // proves MAP-1, MAP-2
    good("", {});
    good("0:,", {""});
    good("5:hello,", {"hello"});
    good("5:hello,0:,3:abc,", {"hello", "", "abc"});
    good("3:,,,,", {",,,"});
    good("6:1:a,2:,", {"1:a,2:"});  // the content is not looked at
    good(std::string_view("4:a\0b\n,", 7), {std::string("a\0b\n", 4)});
    good("10256:" + std::string(limit, 'k') + ",", {std::string(limit, 'k')});
}

TEST_CASE("an incomplete netstring waits for the rest") {  // proves MAP-1
    for (const std::string_view start : {"1", "12", "1025", "10256", "0", "0:", "5:", "5:hell", "5:hello"})
        expect(start, {{}, "more"});
    expect("3:abc,4:ab", {{"abc"}, "more"});
}

TEST_CASE("what can be no netstring is malformed at the first byte that shows it") {  // proves MAP-1
    bad("0123:", "the length has a leading zero");
    bad("00:,", "the length has a leading zero");
    bad("05:hello,", "the length has a leading zero");
    bad("99999", "the message is too long");
    bad("10257:", "the message is too long");
    bad("99999999999999999999:", "the message is too long");
    bad(":", "no length where a message must begin");
    bad(",", "no length where a message must begin");
    bad("-1:a,", "no length where a message must begin");
    bad("+1:a,", "no length where a message must begin");
    bad(" 1:a,", "no length where a message must begin");
    bad("\n", "no length where a message must begin");
    bad(std::string_view("\0", 1), "no length where a message must begin");
    bad("\xd9\xa1:a,", "no length where a message must begin");
    bad("GET / HTTP/1.1\r\n", "no length where a message must begin");
    bad("\x16\x03\x01", "no length where a message must begin");  // a TLS ClientHello
    bad("5 :hello,", "no colon after the length");
    bad("5;hello,", "no colon after the length");
    bad("1:ab", "no comma after the message");
    bad("5:hello\n", "no comma after the message");
    bad("0:a", "no comma after the message");
    expect("3:abc,x", {{"abc"}, "no length where a message must begin"});
    expect("3:abc,\n3:abc,", {{"abc"}, "no length where a message must begin"});
}

TEST_CASE("a limit beyond 5 digits still allows no sixth") {  // proves MAP-1
    const auto step = decode_netstring("100000:", 1'000'000);
    REQUIRE(std::holds_alternative<Malformed>(step));
    CHECK(std::get<Malformed>(step).why == "the length has more than 5 digits");
}

TEST_CASE("a frame says how much of the buffer it took") {
    const std::string_view buffered = "10:0123456789,5:hel";
    const auto step = decode_netstring(buffered, limit);
    REQUIRE(std::holds_alternative<Frame>(step));
    CHECK(std::get<Frame>(step).payload.data() == buffered.data() + 3);
    CHECK(std::get<Frame>(step).consumed == 14);
}
