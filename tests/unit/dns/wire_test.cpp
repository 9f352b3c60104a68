#include "dns/wire.hpp"

#include "unit/dns/message.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>

using namespace tlspolicy;
using namespace tlspolicy::dns;
using namespace tlspolicy::dns::test;

namespace {

std::string failure(const Message& message) {
    const auto reply = parse_reply(message.bytes());
    return reply ? "" : reply.error().message();
}

Reply parsed(const Message& message) {
    auto reply = parse_reply(message.bytes());
    REQUIRE_MESSAGE(reply.has_value(), failure(message));
    return *reply;
}

Message txt_reply(unsigned answers, unsigned flags = ok) {
    return Message().header(flags, answers).question("_mta-sts.Example.COM", txt);
}

}  // namespace

TEST_CASE("header, question and the records of an answer are read") {
    const Reply reply = parsed(txt_reply(2, ok | 0x20U)
                                   .pointer(question_at)
                                   .record(txt, 300, 13)
                                   .label("v=STSv1;")
                                   .label("id=")
                                   .pointer(question_at)
                                   .record(txt, 60, 1)
                                   .label(""));
    CHECK(reply.id == 0x1234);
    CHECK(reply.rcode == Rcode::no_error);
    CHECK(reply.authenticated);
    CHECK_FALSE(reply.truncated);
    CHECK(reply.question == Question{"_mta-sts.example.com", RecordType::txt});
    REQUIRE(reply.answers.size() == 2);
    CHECK(reply.answers[0]
          == Record{"_mta-sts.example.com", RecordType::txt, 300, Record::Text{"v=STSv1;id="}});
    CHECK(reply.answers[1] == Record{"_mta-sts.example.com", RecordType::txt, 60, Record::Text{""}});
    CHECK_FALSE(reply.negative_ttl.has_value());
}

TEST_CASE("addresses, CNAMEs and records that nobody asks for are told apart") {
    const Reply reply = parsed(Message()
                                   .header(ok, 5)
                                   .question("h.example.com", aaaa)
                                   .pointer(question_at)
                                   .record(cname, 10, 4)
                                   .label("x")
                                   .pointer(question_at + 2)
                                   .name("x.example.com")
                                   .record(a, 20, 4)
                                   .u32(0xc0000201U)
                                   .name("x.example.com")
                                   .record(aaaa, 30, 16)
                                   .u32(0x20010db8U)
                                   .u32(0)
                                   .u32(0)
                                   .u32(1)
                                   .name("x.example.com")
                                   .record(46, 40, 3)
                                   .raw("abc")
                                   .name("x.example.com")
                                   .u16(a)
                                   .u16(3)  // class CH
                                   .u32(1)
                                   .u16(2)
                                   .raw("zz"));
    REQUIRE(reply.answers.size() == 4);
    CHECK(reply.answers[0].data == decltype(Record::data)(Record::Alias{"x.example.com"}));
    CHECK(std::get<IpAddress>(reply.answers[1].data).text() == "192.0.2.1");
    CHECK(std::get<IpAddress>(reply.answers[2].data).text() == "2001:db8::1");
    CHECK(std::holds_alternative<Record::Other>(reply.answers[3].data));
    CHECK(name_of(reply.answers[3].type) == "TYPE46");
}

TEST_CASE("the SOA of the authority section says how long there is none") {
    // proves STS-5
    const auto negative = [](std::uint32_t ttl, std::uint32_t minimum) {
        return parsed(Message()
                          .header(ok | 3U, 0, 2)
                          .question("x.example.com", txt)
                          .pointer(question_at + 2)
                          .record(2, 60, 2)  // NS
                          .pointer(question_at)
                          .pointer(question_at + 2)
                          .record(soa, ttl, 2 + 2 + 20)
                          .pointer(question_at)
                          .pointer(question_at)
                          .u32(1)
                          .u32(2)
                          .u32(3)
                          .u32(4)
                          .u32(minimum));
    };
    CHECK(negative(600, 120).rcode == Rcode::nx_domain);
    CHECK(negative(600, 120).negative_ttl == 120);
    CHECK(negative(30, 120).negative_ttl == 30);
    CHECK(negative(600, 0x80000000U).negative_ttl == 0);  // RFC 2181, 8
}

TEST_CASE("a TTL with the high bit set counts as 0") {
    const auto ttl = [](std::uint32_t sent) {
        return parsed(txt_reply(1).pointer(question_at).record(txt, sent, 1).u8(0)).answers.at(0).ttl;
    };
    CHECK(ttl(0x7fffffffU) == 0x7fffffffU);
    CHECK(ttl(0x80000000U) == 0);
    CHECK(ttl(0xffffffffU) == 0);
}

TEST_CASE("octets that are no host name's are escaped, so that names compare as they are") {
    const Reply reply = parsed(txt_reply(1)
                                   .label("a.b")
                                   .label(std::string_view("\0 \\\xff", 4))
                                   .label("_X-9")
                                   .u8(0)
                                   .record(txt, 1, 1)
                                   .u8(0));
    CHECK(reply.answers.at(0).owner == "a\\046b.\\000\\032\\092\\255._x-9");
}

TEST_CASE("a truncated answer is good up to its question, whatever follows") {
    const Reply reply = parsed(txt_reply(7, ok | 0x0200U).raw("rest"));
    CHECK(reply.truncated);
    CHECK(reply.answers.empty());
    CHECK(reply.question.name == "_mta-sts.example.com");
}

TEST_CASE("response codes are whole, with the bits in the OPT record, and have names") {
    const auto rcode = [](unsigned low, unsigned high) {
        return parsed(Message()
                          .header(ok | low, 0, 0, 1)
                          .question("x.example.com", txt)
                          .u8(0)
                          .u16(opt)
                          .u16(1232)
                          .u32(high << 24U)
                          .u16(0))
            .rcode;
    };
    CHECK(rcode(0, 0) == Rcode::no_error);
    CHECK(name_of(rcode(0, 1)) == "BADVERS");
    CHECK(name_of(rcode(2, 0)) == "SERVFAIL");
    CHECK(name_of(rcode(5, 0)) == "REFUSED");
    CHECK(name_of(rcode(7, 1)) == "RCODE23");
}

TEST_CASE("what is wrong with a message is said") {
    const auto with = [](unsigned length) {
        return txt_reply(1).pointer(question_at).record(txt, 1, length);
    };
    CHECK(failure(Message()) == "shorter than a header");
    CHECK(failure(Message().raw("12345678901")) == "shorter than a header");
    CHECK(failure(Message().header(0x0100, 0).question("x.example", txt)) == "a query, not an answer");
    CHECK(failure(Message().header(0x9000, 0).question("x.example", txt))
          == "of another operation than QUERY");
    CHECK(failure(Message().u16(1).u16(ok).u16(0).u16(0).u16(0).u16(0)) == "0 questions");
    CHECK(failure(Message().u16(1).u16(ok).u16(2).u16(0).u16(0).u16(0)) == "2 questions");
    CHECK(failure(Message().header(ok, 0)) == "cut off at octet 12");
    CHECK(failure(Message().header(ok, 0).name("x.example").u16(txt).u16(3)) == "question of class 3");
    CHECK(failure(txt_reply(1)) == "cut off at octet 38");
    CHECK(failure(with(4).label("ab")) == "cut off at octet 53");
    CHECK(failure(with(4).label("abcd")) == "TXT record whose length is wrong");
    CHECK(failure(with(9).label("ab").u8(9)) == "cut off at octet 54");
    CHECK(failure(txt_reply(1).pointer(question_at).record(a, 1, 5).raw("12345"))
          == "A record whose length is wrong");
    CHECK(failure(txt_reply(1).pointer(question_at).record(aaaa, 1, 4).raw("1234567890123456"))
          == "AAAA record whose length is wrong");
    CHECK(failure(txt_reply(1).pointer(question_at).record(cname, 1, 3).name("abc"))
          == "CNAME record whose length is wrong");
    CHECK(failure(txt_reply(1).u8(0x80)) == "label of an unknown kind at octet 38");
    CHECK(failure(txt_reply(1).u8(0x41)) == "label of an unknown kind at octet 38");
}

TEST_CASE("compression pointers lead back only, so none loops") {
    const auto owner = [](const Message& message) { return failure(message); };
    CHECK(owner(txt_reply(1).pointer(38)) == "compression pointer at octet 38 does not point back");
    CHECK(owner(txt_reply(1).pointer(40)) == "compression pointer at octet 38 does not point back");
    CHECK(owner(txt_reply(1).label("a").pointer(38))
          == "compression pointer at octet 40 does not point back");
    CHECK(owner(txt_reply(1).pointer(0x3fff)) == "compression pointer at octet 38 does not point back");
    CHECK(owner(txt_reply(1).u8(0xc0)) == "cut off at octet 39");
    CHECK(owner(Message().header(ok, 0).pointer(12))
          == "compression pointer at octet 12 does not point back");
    // Two that point at each other: the second jump would have to go forward.
    CHECK(owner(txt_reply(1).label("a").pointer(42).label("b").pointer(38))
          == "compression pointer at octet 40 does not point back");
}

TEST_CASE("names are at most 255 octets long, compressed or not") {
    Message longest = Message().header(ok, 0);
    for (int i = 0; i < 3; ++i)
        longest.label(std::string(63, 'a'));
    Message too_long = longest;
    CHECK(failure(longest.label(std::string(61, 'b')).u8(0).u16(txt).u16(1)).empty());
    CHECK(failure(too_long.label(std::string(62, 'b')).u8(0).u16(txt).u16(1))
          == "name of more than 255 octets");
    // By pointers: each owner is the one before and a label of 63.
    Message chain = Message().header(ok, 5).question(std::string(63, 'q'), txt);
    unsigned before = question_at;
    for (int i = 0; i < 5; ++i) {
        const auto here = static_cast<unsigned>(chain.bytes().size());
        chain.label(std::string(63, 'c')).pointer(before).record(txt, 1, 1).u8(0);
        before = here;
    }
    CHECK(failure(chain) == "name of more than 255 octets");
}

TEST_CASE("no prefix and no damage of an answer crashes the parser") {
    const auto whole = txt_reply(1, ok).pointer(question_at).record(txt, 300, 9).label("v=STSv1;").bytes();
    CHECK(parse_reply(whole).has_value());
    for (std::size_t length = 0; length < whole.size(); ++length) {
        CAPTURE(length);
        CHECK_FALSE(parse_reply(std::span(whole).first(length)).has_value());
    }
    std::mt19937 random(8461);
    unsigned good = 0;
    for (unsigned round = 0; round < 20'000; ++round) {
        auto damaged = whole;
        for (unsigned i = 0; i <= round % 4; ++i)
            damaged[random() % damaged.size()] = static_cast<std::uint8_t>(random());
        good += parse_reply(damaged).has_value() ? 1 : 0;
    }
    CHECK(good > 0);
    CHECK(good < 20'000);
}

TEST_CASE("mail exchanges and TLSA records are read") {
    constexpr unsigned mx = 15;
    constexpr unsigned tlsa = 52;
    const Reply exchanges = parsed(Message()
                                       .header(ok, 2)
                                       .question("example.com", mx)
                                       .pointer(question_at)
                                       .record(mx, 60, 7)
                                       .u16(10)
                                       .label("MX")
                                       .pointer(question_at)
                                       .pointer(question_at)
                                       .record(mx, 60, 3)
                                       .u16(0)
                                       .u8(0));
    REQUIRE(exchanges.answers.size() == 2);
    CHECK(exchanges.answers[0].data == decltype(Record::data)(Record::Exchange{10, "mx.example.com"}));
    CHECK(exchanges.answers[1].data == decltype(Record::data)(Record::Exchange{0, ""}));

    const auto with_data = [](unsigned length, std::string_view data) {
        return Message()
            .header(ok, 1)
            .question("_25._tcp.example.com", tlsa)
            .pointer(question_at)
            .record(tlsa, 60, length)
            .raw(data);
    };
    const Reply one = parsed(with_data(5, std::string_view("\3\1\1ab", 5)));
    CHECK(one.answers[0].data == decltype(Record::data)(tlspolicy::dane::Tlsa{3, 1, 1, {'a', 'b'}}));
    CHECK(parsed(with_data(3, std::string_view("\2\0\0", 3))).answers[0].data
          == decltype(Record::data)(tlspolicy::dane::Tlsa{2, 0, 0, {}}));
    CHECK_FALSE(parse_reply(with_data(2, std::string_view("\3\1", 2)).bytes()).has_value());
    CHECK_FALSE(parse_reply(with_data(2, std::string_view("\3\1\1", 3)).bytes()).has_value());
    CHECK_FALSE(parse_reply(with_data(9, std::string_view("\3\1\1ab", 5)).bytes()).has_value());
}

TEST_CASE("an extended error is read, and shown printable and short") {
    const auto with_option = [](unsigned code, std::string_view data) {
        return Message()
            .header(ok | 2U, 0, 0, 1)
            .question("example.com", a)
            .u8(0)
            .u16(opt)
            .u16(1232)
            .u32(0)
            .u16(static_cast<unsigned>(data.size() + 4))
            .u16(code)
            .u16(static_cast<unsigned>(data.size()))
            .raw(data);
    };
    const auto bogus = parsed(with_option(15, std::string_view("\0\6no \"sig\"\n", 11))).extended_error;
    REQUIRE(bogus);
    CHECK(bogus->code == 6);
    CHECK(text_of(*bogus).starts_with("DNSSEC Bogus: no "));
    CHECK(text_of(*bogus).find('\n') == std::string::npos);
    CHECK(text_of(ExtendedError{22, ""}) == "No Reachable Authority");
    CHECK(text_of(ExtendedError{9999, ""}) == "EDE 9999");
    CHECK(text_of(ExtendedError{0, std::string(5000, 'x')}).size() < 200);
    CHECK_FALSE(parsed(with_option(3, "\0\6")).extended_error);
    CHECK_FALSE(parsed(with_option(15, "x")).extended_error);  // too short: left out, not an error
}
