#include "dns/follow.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace tlspolicy;
using namespace tlspolicy::dns;
using namespace std::chrono_literals;
using engine::Absent;

namespace {

Record text(std::string owner, std::string value, std::uint32_t ttl) {
    return {std::move(owner), RecordType::txt, ttl, Record::Text{std::move(value)}};
}
Record alias(std::string owner, std::string target, std::uint32_t ttl) {
    return {std::move(owner), RecordType::cname, ttl, Record::Alias{std::move(target)}};
}
Reply reply(std::vector<Record> answers, std::optional<std::uint32_t> negative_ttl = {},
            Rcode rcode = Rcode::no_error) {
    Reply result;
    result.answers = std::move(answers);
    result.negative_ttl = negative_ttl;
    result.rcode = rcode;
    return result;
}

const Question asked{"a.example", RecordType::txt};

}  // namespace

TEST_CASE("the records at the end of the chain are found, in whatever order they came") {
    // proves STS-1
    const auto outcome = follow(reply({text("c.example", "one", 300), alias("b.example", "c.example", 20),
                                       text("other.example", "not asked for", 1),
                                       alias("a.example", "b.example", 30), text("c.example", "two", 200)}),
                                asked);
    const auto& found = std::get<Found>(outcome.value());
    REQUIRE(found.records.size() == 2);
    CHECK(std::get<Record::Text>(found.records[1].data).joined == "two");
    CHECK(found.ttl == 20);
}

TEST_CASE("an empty answer is NODATA, and NXDOMAIN when the code says so") {
    // proves STS-5
    const auto absent = [](Reply answer) {
        return std::get<Absent>(follow(std::move(answer), asked).value());
    };
    CHECK(absent(reply({}, 120)).why == Absent::Why::nodata);
    CHECK(absent(reply({}, 120)).ttl == 120s);
    CHECK(absent(reply({}, 120, Rcode::nx_domain)).why == Absent::Why::nxdomain);
    CHECK_FALSE(absent(reply({}, {}, Rcode::nx_domain)).ttl.has_value());
    CHECK_FALSE(absent(reply({})).ttl.has_value());
    // Through an alias: the time of the shorter-lived of both.
    CHECK(absent(reply({alias("a.example", "b.example", 60)}, 120)).why == Absent::Why::nodata);
    CHECK(absent(reply({alias("a.example", "b.example", 60)}, 120)).ttl == 60s);
    CHECK(absent(reply({alias("a.example", "b.example", 600)}, 120, Rcode::nx_domain)).ttl == 120s);
    // Another type at the name, as of a signature: the name was spoken of, the type is not there.
    CHECK(absent(reply({{"a.example", RecordType{46}, 60, Record::Other{}}})).why == Absent::Why::nodata);
}

TEST_CASE("a CNAME without word of its target refers to it") {
    const auto outcome =
        follow(reply({alias("a.example", "b.example", 60), alias("b.example", "c.example", 50)}), asked);
    const auto& referred = std::get<Referred>(outcome.value());
    CHECK(referred.target == "c.example");
    CHECK(referred.ttl == 50);
    CHECK(referred.aliases == 2);
}

TEST_CASE("loops, endless chains and records of other names only are errors") {
    const auto failure = [](Reply answer) { return follow(std::move(answer), asked).error().message(); };
    CHECK(failure(reply({alias("a.example", "a.example", 1)})) == "CNAME loop or more than 8 CNAMEs");
    CHECK(failure(reply({alias("a.example", "b.example", 1), alias("b.example", "a.example", 1)}))
          == "CNAME loop or more than 8 CNAMEs");
    std::vector<Record> chain;
    std::string name = "a.example";
    for (unsigned i = 0; i < max_aliases; ++i) {
        const std::string next = std::to_string(i) + ".example";
        chain.push_back(alias(name, next, 1));
        name = next;
    }
    chain.push_back(text(name, "end", 1));
    CHECK(std::holds_alternative<Found>(follow(reply(chain), asked).value()));
    chain.back() = alias(name, "far.example", 1);
    CHECK(failure(reply(chain)) == "CNAME loop or more than 8 CNAMEs");
    CHECK(failure(reply({text("liar.example", "x", 1)})) == "records of other names only");
}
