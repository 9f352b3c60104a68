#include "https/policy_response.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

using namespace tlspolicy;
using https::BadResponse;
using https::NeedMore;
using https::PolicyResponse;

namespace {

constexpr std::size_t limit = 64;

/// The policy, or "broken: …", "answered: …", or "more".
std::string words(const PolicyResponse::Progress& progress) {
    if (const auto* policy = std::get_if<std::string>(&progress)) return "policy: " + *policy;
    if (const auto* bad = std::get_if<BadResponse>(&progress)) {
        const bool answered = bad->verdict == BadResponse::Verdict::answered;
        CHECK(name_of(bad->error.kind()) == "fetch");
        return (answered ? "answered: " : "broken: ") + bad->error.message();
    }
    return "more";
}

std::string read(std::string_view text, std::size_t step,
                 PolicyResponse::Ending ending = PolicyResponse::Ending::close_notify) {
    PolicyResponse response(limit);
    while (!text.empty()) {
        const auto space = response.space();
        REQUIRE_FALSE(space.empty());
        const std::size_t count = std::min({step, text.size(), space.size()});
        std::copy_n(text.begin(), count, space.begin());
        text.remove_prefix(count);
        const auto progress = response.received(count);
        if (!std::holds_alternative<NeedMore>(progress)) return words(progress);
    }
    return words(response.ended(ending));
}

const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";
const std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n";

}  // namespace

TEST_CASE("a response means the same however it is cut into pieces") {  // proves STS-24
    const std::pair<std::string, std::string> responses[] = {
        {head + "Content-Length: 5\r\n\r\nhello", "policy: hello"},
        {head + "Content-Length: 5\r\n\r\nhello and more", "policy: hello"},
        {head + "Content-Length: 0\r\n\r\n", "policy: "},
        {head + "\r\nhello", "policy: hello"},
        {head + "\r\n", "policy: "},
        {head + "Content-Encoding: identity\r\n\r\nhello", "policy: hello"},
        {chunked + "5\r\nhello\r\n0\r\n\r\n", "policy: hello"},
        {chunked + "0\r\n\r\n", "policy: "},
        {chunked + "0\r\nX: y\r\n\r\n", "policy: "},
        {chunked + "1;a=b\r\nh\r\n1\r\ni\r\n00\r\nX: y\r\n\r\n", "policy: hi"},
        {"HTTP/1.1 100 Continue\r\n\r\n" + head + "\r\nhello", "policy: hello"},
        {"HTTP/1.1 404 Not Found\r\n\r\n", "answered: HTTP status 404"},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n", "answered: HTTP status 404"},
        {head + "Content-Length: 65\r\n\r\n", "answered: policy longer than 64 bytes"},
        {chunked + "41\r\nx", "answered: policy longer than 64 bytes"},
        {chunked + "5\r\nhel", "broken: policy cut short: no last chunk"},
        {chunked + "0", "broken: policy cut short: no last chunk"},
        {head + "Content-Length: 9\r\n\r\nhello", "broken: policy cut short: 5 of 9 bytes"},
        {"HTTP/1.1 100 Continue\r\n\r\n", "broken: connection closed without a response"},
        {"HTTP/1.1 2", "broken: cut short within the HTTP header"},
        {"", "broken: connection closed without a response"},
    };
    for (const auto& [text, expected] : responses)
        for (const std::size_t step : {1, 2, 3, 4, 5, 7, 100'000}) {
            CAPTURE(text);
            CAPTURE(step);
            CHECK(read(text, step) == expected);
        }
}

TEST_CASE("the limit holds to the octet, whatever the framing") {  // proves STS-17
    const std::string full(limit, 'x');
    const std::string over = full + "x";
    const std::string too_long = "answered: policy longer than 64 bytes";
    for (const std::size_t step : {1, 10, 100'000}) {
        CAPTURE(step);
        CHECK(read(head + "Content-Length: 64\r\n\r\n" + full, step) == "policy: " + full);
        CHECK(read(head + "Content-Length: 65\r\n\r\n" + over, step) == too_long);
        CHECK(read(head + "\r\n" + full, step) == "policy: " + full);
        CHECK(read(head + "\r\n" + over, step) == too_long);
        CHECK(read(chunked + "20\r\n" + full.substr(32) + "\r\n20\r\n" + full.substr(32) + "\r\n0\r\n\r\n",
                   step)
              == "policy: " + full);
        CHECK(read(chunked + "20\r\n" + full.substr(32) + "\r\n21\r\n", step) == too_long);
    }
}

TEST_CASE("a body that ends with the connection needs the close_notify") {  // proves STS-24
    const auto abrupt = PolicyResponse::Ending::abrupt;
    CHECK(read(head + "\r\nhello", 100, abrupt)
          == "broken: policy cut short: connection closed without a TLS close_notify");
    CHECK(read(head + "Content-Length: 5\r\n\r\nhello", 100, abrupt) == "policy: hello");
}

TEST_CASE("several codings, or one in another case, are codings") {  // proves STS-24
    CHECK(read(head + "Content-Encoding: GZIP\r\n\r\n", 100)
          == "answered: body in the coding GZIP, which was not asked for");
    CHECK(read(head + "Content-Encoding: identity\r\nContent-Encoding: br\r\n\r\n", 100)
          == "answered: body in the coding br, which was not asked for");
    CHECK(read(head + "Transfer-Encoding: gzip\r\n\r\n", 100)
          == "answered: body in the coding gzip, which was not asked for");
}
