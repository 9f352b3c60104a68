#include "postfix/answer.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace tlspolicy::postfix {
namespace {

/// The statuses of socketmap_table(5); the blank belongs to them, even where nothing follows.
constexpr std::string_view ok = "OK ";
constexpr std::string_view not_found = "NOTFOUND ";
constexpr std::string_view temp = "TEMP ";
constexpr std::string_view perm = "PERM ";

void append_length(std::string& out, std::size_t size) {
    std::array<char, 20> digits{};
    const auto [end, failure] = std::to_chars(digits.data(), digits.data() + digits.size(), size);
    out.append(digits.data(), end).append(1, ':');
}

void append_reason(std::string& out, std::string_view status, std::string_view reason) {
    const std::string_view shown = reason.substr(0, max_reason);
    append_length(out, status.size() + shown.size());
    out.append(status);
    for (const char c : shown)
        out += ascii::is_printable(c) ? c : '?';
    out += ',';
}

class Renderer {
public:
    Renderer(std::string& out, std::string_view policy_domain) : out_(out), policy_domain_(policy_domain) {}

    void operator()(const Found& found) const {
        if (!found.tlsrpt)
            return append_ok(found.servername ? found.text->plain() : found.text->without_servername());
        append_length(out_, ok.size() + found.text->tlsrpt_size(policy_domain_));
        out_.append(ok);
        found.text->append_tlsrpt(out_, policy_domain_);
        out_ += ',';
    }
    void operator()(const Dane& dane) const { append_ok(dane.only ? "dane-only" : "dane"); }
    void operator()(const Overridden& overridden) const { append_ok(*overridden.text); }
    void operator()(const NotFound&) const {
        append_length(out_, not_found.size());
        out_.append(not_found).append(1, ',');
    }
    void operator()(const Temp& answer) const { append_reason(out_, temp, answer.reason); }
    void operator()(const Perm& answer) const { append_reason(out_, perm, answer.reason); }

private:
    void append_ok(std::string_view text) const {
        append_length(out_, ok.size() + text.size());
        out_.append(ok).append(text).append(1, ',');
    }

    std::string& out_;
    std::string_view policy_domain_;
};

}  // namespace

void append_reply(std::string& out, const Answer& answer, std::string_view policy_domain) {
    std::visit(Renderer(out, policy_domain), answer);
}

}  // namespace tlspolicy::postfix
