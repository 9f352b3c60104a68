#include "smtp/reply.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tlspolicy::smtp;

namespace {

void good(std::string_view text, unsigned code, const std::vector<std::string>& lines, std::size_t size) {
    CAPTURE(text);
    const auto decoded = decode_reply(text);
    REQUIRE(std::holds_alternative<Reply>(decoded));
    const auto& reply = std::get<Reply>(decoded);
    CHECK(reply.code == code);
    CHECK(reply.lines == lines);
    CHECK(reply.size == size);
}

void more(std::string_view text) {
    CAPTURE(text);
    CHECK(std::holds_alternative<NeedMore>(decode_reply(text)));
}

void bad(std::string_view text, std::string_view why) {
    CAPTURE(text);
    const auto decoded = decode_reply(text);
    REQUIRE(std::holds_alternative<NoReply>(decoded));
    CHECK(std::get<NoReply>(decoded).why == why);
}

Reply reply_of(std::string_view text) {
    return std::get<Reply>(decode_reply(text));
}

std::string many_lines(std::size_t size) {
    std::string text;
    while (text.size() < size)
        text += "250-AND AGAIN\r\n";
    return text;
}

}  // namespace

TEST_CASE("a reply is one line or several, and takes no more than is its own") {  // RFC 5321, 4.2
    good("220 mx.example.com ESMTP\r\n", 220, {"mx.example.com ESMTP"}, 26);
    good("220\r\n", 220, {""}, 5);
    good("220 \r\n", 220, {""}, 6);
    good("220 lax\n", 220, {"lax"}, 8);  // LF alone, as some servers end lines
    good("250-mx\r\n250-SIZE 1\r\n250 STARTTLS\r\n", 250, {"mx", "SIZE 1", "STARTTLS"}, 34);
    good("250-mx\r\n250\r\n", 250, {"mx", ""}, 13);
    good("220 go\r\n220 injected\r\n", 220, {"go"}, 8);
    good("421 too busy\r\n", 421, {"too busy"}, 14);
}

TEST_CASE("what may yet become a reply is waited for") {
    more("");
    more("2");
    more("220 mx.example.com");
    more("250-mx\r\n");
    more("250-mx\r\n250");
}

TEST_CASE("what never becomes a reply is told at once") {
    bad("SSH-2.0-OpenSSH\r\n", "\"SSH-2.0-OpenSSH\" is no SMTP reply");
    bad("\r\n", "\"\" is no SMTP reply");
    bad("22\r\n", "\"22\" is no SMTP reply");
    bad("120 soon\r\n", "\"120 soon\" is no SMTP reply");
    bad("220_mx\r\n", "\"220_mx\" is no SMTP reply");
    bad("2200 mx\r\n", "\"2200 mx\" is no SMTP reply");
    bad(std::string_view("\x16\x03\x01\n", 4), "\"\\x16\\x03\\x01\" is no SMTP reply");
    bad("250-mx\r\n220 go\r\n", "a reply with two codes, 250 and 220");
}

TEST_CASE("a line and a reply have an end") {
    const std::string longest = "220 " + std::string(max_reply_line - 6, 'x') + "\r\n";
    REQUIRE(longest.size() == max_reply_line);
    CHECK(std::holds_alternative<Reply>(decode_reply(longest)));
    more(longest.substr(0, max_reply_line - 1));
    bad("220 " + std::string(max_reply_line, 'x'), "a reply line of more than 2048 bytes");
    bad(many_lines(max_reply + 1), "a reply of more than 16384 bytes");
    bad(many_lines(max_reply + 1) + "250 done\r\n", "a reply of more than 16384 bytes");
}

TEST_CASE("an extension is offered by its keyword, not by the greeting") {
    CHECK(offers(reply_of("250-mx\r\n250-PIPELINING\r\n250 STARTTLS\r\n"), "STARTTLS"));
    CHECK(offers(reply_of("250-mx\r\n250 starttls\r\n"), "STARTTLS"));
    CHECK(offers(reply_of("250-mx\r\n250 STARTTLS required\r\n"), "STARTTLS"));
    CHECK_FALSE(offers(reply_of("250 STARTTLS\r\n"), "STARTTLS"));
    CHECK_FALSE(offers(reply_of("250-mx\r\n250 XSTARTTLS\r\n"), "STARTTLS"));
    CHECK_FALSE(offers(reply_of("250-mx\r\n250 STARTTLSX\r\n"), "STARTTLS"));
    CHECK_FALSE(offers(Reply{}, "STARTTLS"));
}

TEST_CASE("a reply is told by its code and first line, made printable") {
    CHECK(words_for(reply_of("454 4.7.0 TLS not available\r\n")) == "454 4.7.0 TLS not available");
    CHECK(words_for(reply_of("454\r\n")) == "454");
    CHECK(words_for(reply_of("554 \x1b[31m\r\n")) == "554 \\x1b[31m");
}
