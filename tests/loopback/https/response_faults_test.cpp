#include "fetch_fixture.hpp"

using namespace tlspolicy;
using namespace tlspolicy::test;
using fakes::Behaviour;
using fakes::Ending;
using fakes::http_response;
using fakes::HttpsServer;

namespace {

struct Fault {
    std::string message;
    std::string response;
    Ending ending = Ending::close_notify;
    std::string again = {};
};

std::string with_header(std::string_view header, std::string_view body) {
    std::string text = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";
    return text.append(header).append("\r\n").append(body);
}

std::string of_type(std::string_view type) {
    return http_response(fakes::good_policy, "200 OK", type);
}

const std::string too_long(65'537, 'x');
const std::string chunked = "Transfer-Encoding: chunked\r\n";

}  // namespace

TEST_CASE_FIXTURE(FetchFixture, "every bad HTTP answer has its exact words") {
    const Fault faults[] = {
        // proves STS-22
        {"HTTP status 404", http_response("no", "404 Not Found")},
        {"HTTP status 404", http_response(too_long, "404 Not Found", "text/html")},
        {"HTTP status 500", http_response("no", "500 Internal Server Error")},
        {"HTTP status 204", "HTTP/1.1 204 No Content\r\n\r\n"},
        {"HTTP status 304", "HTTP/1.1 304 Not Modified\r\n\r\n"},
        {"HTTP status 101", "HTTP/1.1 101 Switching Protocols\r\n\r\n"},
        {"redirect to https://www.example.com/ not followed (HTTP status 301)",
         "HTTP/1.1 301 Moved Permanently\r\nLocation: https://www.example.com/\r\nContent-Length: 0\r\n\r\n"},
        {R"(redirect to /\x22\x80 not followed (HTTP status 302))",
         "HTTP/1.1 302 Found\r\nLocation: /\"\x80\r\nContent-Length: 0\r\n\r\n"},
        // proves STS-23
        {"media type text/html, not text/plain", of_type("text/html")},
        {"media type text/plainer, not text/plain", of_type("text/plainer; charset=utf-8")},
        {"media type , not text/plain", of_type("")},
        {"no media type, where text/plain is due", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno"},
        // proves STS-24
        {"body in the coding gzip, which was not asked for",
         with_header("Content-Encoding: gzip\r\nContent-Length: 2\r\n", "\x1f\x8b")},
        {"body in the coding gzip, chunked, which was not asked for",
         with_header("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")},
        // proves STS-17
        {"policy longer than 65536 bytes", http_response(too_long)},
        {"policy longer than 65536 bytes", with_header("Content-Length: 18446744073709551615\r\n", "x")},
        {"policy longer than 65536 bytes", with_header("", too_long)},
        {"policy longer than 65536 bytes", with_header(chunked, "10001\r\n" + too_long + "\r\n0\r\n\r\n")},
        {"policy longer than 65536 bytes", with_header(chunked, ""), Ending::endless, "5\r\nhello\r\n"},
        {"policy longer than 65536 bytes", with_header("", ""), Ending::endless, "hello"},
    };
    HttpsServer server(ip("127.0.0.1"), ca.issue(leaf()));
    // An answer is final: the second address, where nobody listens, is not tried.
    dns.set_addresses(policy_host, {"127.0.0.1", "127.0.0.9"});
    std::size_t served = 0;
    for (const auto& fault : faults) {
        Behaviour behaviour;
        behaviour.response = fault.response;
        behaviour.ending = fault.ending;
        behaviour.again = fault.again;
        server.behave(behaviour);
        CHECK_FAILS(fetch(server.port()), ErrorKind::fetch, fault.message);
        CHECK(server.tcp().wait_until_closed(++served));
    }
}

TEST_CASE_FIXTURE(FetchFixture, "every response that is none has its exact words") {  // proves STS-24
    const std::string body(fakes::good_policy);
    const Fault faults[] = {
        {"policy cut short: 2 of 100 bytes", with_header("Content-Length: 100\r\n", "no")},
        {"policy cut short: 2 of 100 bytes", with_header("Content-Length: 100\r\n", "no"), Ending::cut},
        {"policy cut short: no last chunk", with_header(chunked, "5\r\nhello\r\n"), Ending::cut},
        {"policy cut short: no last chunk", with_header(chunked, "5\r\nhello\r\n0\r\n")},
        {"policy cut short: connection closed without a TLS close_notify", with_header("", body),
         Ending::cut},
        {"cut short within the HTTP header", "HTTP/1.1 200 OK\r\nContent-Type: text/pl", Ending::cut},
        {"connection closed without a response", "", Ending::cut},
        {"connection closed without a response", ""},
        {"Connection reset by peer", "", Ending::reset},
        {"Connection reset by peer", with_header("Content-Length: 100\r\n", "no"), Ending::reset},
        {"HTTP header longer than 8192 bytes", "HTTP/1.1 200 OK\r\n", Ending::endless,
         "X-Flood: 0123456789\r\n"},
        {"HTTP header longer than 8192 bytes", "HTTP/1.1 200 OK\r\nX-Long: ", Ending::endless, "x"},
        {"malformed HTTP response: bad version", "220 mail.example.com ESMTP\r\n", Ending::hang},
        {"malformed HTTP response: bad version", std::string(9000, '\0'), Ending::hang},
        {"malformed HTTP response: bad Content-Length", with_header("Content-Length: -1\r\n", "")},
        {"malformed HTTP response: bad Transfer-Encoding",
         with_header("Content-Length: 1\r\n" + chunked, "1\r\nx\r\n0\r\n\r\n")},
        {"malformed HTTP response: bad chunk", with_header(chunked, "zz\r\nhello\r\n")},
        {"malformed HTTP response: a chunk's header is too long", with_header(chunked, "5;x="),
         Ending::endless, "x"},
        {"too many interim HTTP responses", "", Ending::endless, "HTTP/1.1 100 Continue\r\n\r\n"},
    };
    HttpsServer server(ip("127.0.0.1"), ca.issue(leaf()));
    std::size_t served = 0;
    for (const auto& fault : faults) {
        Behaviour behaviour;
        behaviour.response = fault.response;
        behaviour.ending = fault.ending;
        behaviour.again = fault.again;
        server.behave(behaviour);
        CHECK_FAILS(fetch(server.port()), ErrorKind::fetch, "response from 127.0.0.1: " + fault.message);
        CHECK(server.tcp().wait_until_closed(++served));
    }
}
