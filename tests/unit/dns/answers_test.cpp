#include "dns/answers.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace tlspolicy;
using namespace tlspolicy::dns;
using namespace std::chrono_literals;
using engine::Absent;
using engine::HostAddresses;

namespace {

LookupResult found(std::initializer_list<const char*> addresses, std::uint32_t ttl) {
    Found result;
    result.ttl = ttl;
    for (const char* text : addresses)
        result.records.push_back({"h.example", RecordType::a, ttl, IpAddress::parse(text).value()});
    return result;
}
LookupResult none(Absent::Why why, std::optional<Duration> ttl) {
    Absent absent;
    absent.why = why;
    absent.ttl = ttl;
    return absent;
}
const LookupResult failed = Error(ErrorKind::dns, "A h.example: SERVFAIL");
constexpr auto nxdomain = Absent::Why::nxdomain;
constexpr auto nodata = Absent::Why::nodata;

std::string shown(const LookupResult& v6, const LookupResult& v4) {
    const auto answer = addresses_of(v6, v4);
    if (!answer) return answer.error().message();
    if (const auto* absent = std::get_if<Absent>(&*answer)) {
        const std::string ttl = absent->ttl ? std::to_string(absent->ttl->count() / 1000) : "?";
        return (absent->why == nxdomain ? "NXDOMAIN " : "NODATA ") + ttl;
    }
    const auto& host = std::get<HostAddresses>(*answer);
    std::string all;
    for (const IpAddress& address : host.addresses)
        all += address.text() + ' ';
    return all + std::to_string(host.ttl.count() / 1000);
}

}  // namespace

TEST_CASE("the families take turns, IPv6 first, for the shorter of their times") {
    CHECK(shown(found({"2001:db8::1", "2001:db8::2", "2001:db8::3"}, 50), found({"192.0.2.1"}, 60))
          == "2001:db8::1 192.0.2.1 2001:db8::2 2001:db8::3 50");
    CHECK(shown(found({"2001:db8::1"}, 50), found({"192.0.2.1", "192.0.2.2"}, 40))
          == "2001:db8::1 192.0.2.1 192.0.2.2 40");
}

TEST_CASE("one family is enough, whatever became of the other") {
    CHECK(shown(none(nodata, 10s), found({"192.0.2.1"}, 60)) == "192.0.2.1 60");
    CHECK(shown(failed, found({"192.0.2.1"}, 60)) == "192.0.2.1 60");
    CHECK(shown(found({"2001:db8::1"}, 60), failed) == "2001:db8::1 60");
}

TEST_CASE("a host has no addresses only when both families say so") {
    CHECK(shown(none(nxdomain, 20s), none(nxdomain, 10s)) == "NXDOMAIN 10");
    CHECK(shown(none(nodata, 10s), none(nxdomain, 20s)) == "NODATA 10");
    CHECK(shown(none(nodata, std::nullopt), none(nodata, 20s)) == "NODATA ?");
    CHECK(shown(none(nodata, 10s), failed) == "A h.example: SERVFAIL");
    CHECK(shown(failed, none(nodata, 10s)) == "A h.example: SERVFAIL");
}
