#include "dns/query.hpp"

#include "dns/query_ids.hpp"
#include "unit/dns/message.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace tlspolicy;
using namespace tlspolicy::dns;
using namespace tlspolicy::dns::test;

TEST_CASE("a query asks for recursion and the AD bit, and announces its buffer where EDNS is known") {
    const Question question{"_mta-sts.example.com", RecordType::txt};
    Message plain;
    plain.u16(7).u16(0x0120).u16(1).u16(0).u16(0).u16(0).question("_mta-sts.example.com", txt);
    CHECK(pack_query(question, 7, Edns::off).value() == plain.bytes());
    Message edns;
    edns.u16(7).u16(0x0120).u16(1).u16(0).u16(0).u16(1).question("_mta-sts.example.com", txt);
    edns.u8(0).u16(opt).u16(1232).u32(0).u16(0);
    CHECK(pack_query(question, 7, Edns::on).value() == edns.bytes());
    Message dnssec;
    dnssec.u16(7).u16(0x0120).u16(1).u16(0).u16(0).u16(1).question("_mta-sts.example.com", txt);
    dnssec.u8(0).u16(opt).u16(1232).u32(0x8000).u16(0);
    CHECK(pack_query(question, 7, Edns::dnssec).value() == dnssec.bytes());
    Message root;
    root.u16(7).u16(0x0120).u16(1).u16(0).u16(0).u16(0).question("", 2);
    CHECK(pack_query({"", RecordType::ns}, 7, Edns::off).value() == root.bytes());
}

TEST_CASE("a name that is none is not asked for") {
    for (const std::string& name :
         {std::string("a..b"), std::string(".a"), std::string(64, 'a'), std::string("a\\046b.example"),
          std::string(254, 'a'), std::string(63, 'a') + '.' + std::string(190, 'b')}) {
        CAPTURE(name);
        const auto query = pack_query({name, RecordType::a}, 1, Edns::on);
        REQUIRE_FALSE(query.has_value());
        CHECK(query.error().kind() == ErrorKind::dns);
    }
}

TEST_CASE("query ids are spread over the whole range") {
    QueryIds ids;
    std::set<std::uint16_t> seen;
    bool high = false;
    for (int i = 0; i < 1000; ++i) {
        seen.insert(ids.next());
        high = high || *seen.rbegin() > 0x8000;
    }
    CHECK(seen.size() > 900);  // 992 are to be expected of 65,536
    CHECK(high);
}
