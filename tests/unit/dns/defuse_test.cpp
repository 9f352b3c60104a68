#include "dns/defuse.hpp"

#include "dns/wire.hpp"
#include "unit/dns/message.hpp"

#include <doctest/doctest.h>

#include <span>

using namespace tlspolicy::dns;
using namespace tlspolicy::dns::test;

TEST_CASE("a well-formed answer is left as it is") {
    auto datagram = Message()
                        .header(ok, 1)
                        .question("x.example", txt)
                        .pointer(question_at)
                        .record(txt, 1, 1)
                        .u8(0)
                        .bytes();
    const auto before = datagram;
    CHECK(defuse(datagram) == before.size());
    CHECK(datagram == before);
}

TEST_CASE("of a malformed answer the question is left, marked as truncated") {
    auto datagram = Message()
                        .header(ok, 1, 2, 3)
                        .question("x.example", txt)
                        .pointer(question_at)
                        .record(txt, 1, 9)
                        .bytes();
    const std::size_t left = defuse(datagram);
    CHECK(left == 12 + 11 + 4);
    const auto reply = parse_reply(std::span(datagram).first(left));
    REQUIRE(reply.has_value());
    CHECK(reply->truncated);
    CHECK(reply->id == 0x1234);
    CHECK(reply->question == Question{"x.example", RecordType::txt});
    CHECK(datagram[6] == 0);
    CHECK(datagram[7] == 0);
}

TEST_CASE("nothing is left where the question cannot be read") {
    for (auto datagram :
         {Message().bytes(), Message().raw("garbage").bytes(), Message().header(ok, 0).bytes(),
          Message().header(ok, 0).pointer(12).bytes(), Message().header(ok, 1).pointer(4).bytes(),
          Message().header(0x0100, 0).question("x.example", txt).bytes()})
        CHECK(defuse(datagram) == 0);
}
