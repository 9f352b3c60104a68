#include "dns/exchange.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <variant>

namespace tlspolicy::dns {
namespace {

template <class Data>
std::string shown(RecordType type, Data data) {
    Record record;
    record.type = type;
    record.data = std::move(data);
    return text_of(record);
}

}  // namespace

TEST_CASE("a record is shown as zone files have it, fit for printing") {
    CHECK(shown(RecordType::a, IpAddress::parse("192.0.2.1").value()) == "A 192.0.2.1");
    CHECK(shown(RecordType::aaaa, IpAddress::parse("2001:db8::1").value()) == "AAAA 2001:db8::1");
    CHECK(shown(RecordType::mx, Record::Exchange{10, "mx.example.com"}) == "MX 10 mx.example.com");
    CHECK(shown(RecordType::mx, Record::Exchange{0, ""}) == "MX 0 .");
    CHECK(shown(RecordType::cname, Record::Alias{"real.example.com"}) == "CNAME real.example.com");
    CHECK(shown(RecordType::txt, Record::Text{"a \"b\"\n"}) == "TXT \"a \\x22b\\x22\\x0a\"");
    CHECK(shown(RecordType::tlsa, dane::Tlsa{3, 1, 1, {0x8c, 0x0b}}) == "TLSA 3 1 1 8c0b");
    CHECK(shown(RecordType{46}, Record::Other{}) == "TYPE46");
}

TEST_CASE("of a whole certificate in a TLSA record the begin is shown") {
    const dane::Tlsa record{2, 0, 0, std::vector<std::uint8_t>(1000, 0x30)};
    CHECK(text_of(record).size() < 100);
    CHECK(text_of(record).ends_with("3030..."));
}

}  // namespace tlspolicy::dns
