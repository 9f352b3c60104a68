#include "https/policy_response.hpp"

#include "base/ascii.hpp"
#include "base/printable.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

#include <array>
#include <cstring>
#include <optional>

namespace tlspolicy::https {
namespace {

namespace http = boost::beast::http;
using Parser = http::response_parser<http::string_body>;

constexpr std::uint32_t header_limit = 8 * 1024;
constexpr std::size_t buffer_size = 16 * 1024;  // one TLS record; more than the header limit
constexpr unsigned max_interim = 8;             // responses 1xx before the real one
constexpr std::size_t last_chunk_size = 5;      // "0" CRLF CRLF

std::string_view plain(boost::beast::string_view text) {
    return {text.data(), text.size()};
}

BadResponse broken(std::string message) {
    return {BadResponse::Verdict::broken, Error(ErrorKind::fetch, std::move(message))};
}
BadResponse answered(std::string message) {
    return {BadResponse::Verdict::answered, Error(ErrorKind::fetch, std::move(message))};
}

std::optional<std::string> wrong_status(const http::response_header<>& header) {
    const unsigned status = header.result_int();
    if (status == 200) return std::nullopt;
    const auto location = header.find(http::field::location);
    if (status / 100 == 3 && location != header.end())  // RFC 8461, 3.3: redirects are not followed
        return fmt::format("redirect to {} not followed (HTTP status {})",
                           printable(plain(location->value())), status);
    return fmt::format("HTTP status {}", status);
}

std::optional<std::string> wrong_media_type(const http::response_header<>& header) {
    const auto field = header.find(http::field::content_type);
    if (field == header.end()) return "no media type, where text/plain is due";
    const std::string_view value = plain(field->value());
    const std::string_view type = ascii::trim(value.substr(0, value.find(';')));
    if (ascii::equal_ignoring_case(type, "text/plain")) return std::nullopt;
    return fmt::format("media type {}, not text/plain", printable(type, 100));
}

std::optional<std::string> coded(const http::response_header<>& header) {
    for (const auto& [name, harmless] : {std::pair{http::field::content_encoding, "identity"},
                                         std::pair{http::field::transfer_encoding, "chunked"}}) {
        for (auto [field, end] = header.equal_range(name); field != end; ++field) {
            const std::string_view coding = ascii::trim(plain(field->value()));
            if (!coding.empty() && !ascii::equal_ignoring_case(coding, harmless))
                return fmt::format("body in the coding {}, which was not asked for", printable(coding, 100));
        }
    }
    return std::nullopt;
}

}  // namespace

struct PolicyResponse::State {
    explicit State(std::size_t limit) : max_policy_size(limit) { begin(); }

    void begin() {
        parser.emplace();
        parser->header_limit(header_limit);
        parser->body_limit(boost::none);  // until the header is judged: a large 404 is a 404
        started = false;
    }

    /// Gives the parser what it will take; nullopt where it took all it could without an end.
    std::optional<BadResponse> put() {
        boost::system::error_code error;
        const std::size_t taken = parser->put(boost::asio::buffer(buffer.data(), filled), error);
        started = true;
        std::memmove(buffer.data(), buffer.data() + taken, filled - taken);
        filled -= taken;
        if (error && error != http::error::need_more) return rejected(error);
        if (filled == buffer.size()) return broken("malformed HTTP response: a chunk's header is too long");
        return std::nullopt;
    }

    BadResponse rejected(const boost::system::error_code& error) const {
        if (error == http::error::body_limit) return too_long();
        if (error == http::error::header_limit)
            return broken(fmt::format("HTTP header longer than {} bytes", header_limit));
        return broken("malformed HTTP response: " + error.message());
    }

    BadResponse too_long() const {
        return answered(fmt::format("policy longer than {} bytes", max_policy_size));
    }

    std::optional<BadResponse> judge_header() {
        const auto& header = parser->get().base();
        if (auto wrong = wrong_status(header)) return answered(std::move(*wrong));
        if (auto wrong = coded(header)) return answered(std::move(*wrong));
        if (auto wrong = wrong_media_type(header)) return answered(std::move(*wrong));
        const auto length = parser->content_length();
        if (length && *length > max_policy_size) return too_long();
        parser->body_limit(max_policy_size);
        parser->eager(true);
        judged = true;
        return std::nullopt;
    }

    std::string cut_short() const {
        if (!started) return "connection closed without a response";
        if (!judged) return "cut short within the HTTP header";
        if (const auto length = parser->content_length())
            return fmt::format("policy cut short: {} of {} bytes", parser->get().body().size(), *length);
        if (parser->chunked()) return "policy cut short: no last chunk";
        return "policy cut short: connection closed without a TLS close_notify";
    }

    std::size_t max_policy_size;
    std::optional<Parser> parser;
    std::array<char, buffer_size> buffer;
    std::size_t filled = 0;
    unsigned interim = 0;
    bool started = false;
    bool judged = false;
};

PolicyResponse::PolicyResponse(std::size_t max_policy_size)
    : state_(std::make_unique<State>(max_policy_size)) {}
PolicyResponse::~PolicyResponse() = default;
PolicyResponse::PolicyResponse(PolicyResponse&&) noexcept = default;
PolicyResponse& PolicyResponse::operator=(PolicyResponse&&) noexcept = default;

std::span<char> PolicyResponse::space() noexcept {
    return std::span(state_->buffer).subspan(state_->filled);
}

PolicyResponse::Progress PolicyResponse::received(std::size_t count) {
    State& state = *state_;
    state.filled += count;
    while (!state.judged) {
        if (state.filled == 0) return NeedMore{};
        if (auto bad = state.put()) return std::move(*bad);
        if (!state.parser->is_header_done()) return NeedMore{};
        const unsigned status = state.parser->get().result_int();
        if (status / 100 != 1 || status == 101) {
            if (auto bad = state.judge_header()) return std::move(*bad);
            break;
        }
        // RFC 9110, 15.2: interim responses may come before the one that counts.
        if (++state.interim > max_interim) return broken("too many interim HTTP responses");
        state.begin();
    }
    // Beast asserts that a last chunk of which it has seen a part has come whole at the next look.
    const std::size_t enough = state.parser->chunked() ? last_chunk_size : 1;
    if (!state.parser->is_done() && state.filled >= enough)
        if (auto bad = state.put()) return std::move(*bad);
    if (!state.parser->is_done()) return NeedMore{};
    return std::move(state.parser->get().body());
}

PolicyResponse::Progress PolicyResponse::ended(Ending how) {
    State& state = *state_;
    const bool delimited_by_close = state.judged && state.parser->need_eof();
    if (!delimited_by_close || how == Ending::abrupt) return broken(state.cut_short());
    return std::move(state.parser->get().body());
}

unsigned PolicyResponse::status() const {
    return state_->parser->is_header_done() ? state_->parser->get().result_int() : 0;
}

std::vector<HeaderField> PolicyResponse::fields() const {
    std::vector<HeaderField> all;
    if (!state_->parser->is_header_done()) return all;
    for (const auto& field : state_->parser->get().base())
        all.push_back({printable(plain(field.name_string())), printable(plain(field.value()))});
    return all;
}

}  // namespace tlspolicy::https
