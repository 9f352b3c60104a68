#include "postfix/tcp_table.hpp"

#include "base/ascii.hpp"

namespace tlspolicy::postfix {
namespace {

constexpr std::string_view found = "200 ";
constexpr std::string_view again = "400 ";
constexpr std::string_view not_found = "500 ";

void append_coded(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char c : text) {
        if (ascii::is_printable(c) && !ascii::is_blank(c) && c != '%') {
            out += c;
            continue;
        }
        const auto octet = static_cast<unsigned char>(c);
        out += '%';
        out += digits[octet >> 4U];
        out += digits[octet & 0xfU];
    }
}

void append_line(std::string& out, std::string_view status, std::string_view text) {
    out.append(status);
    append_coded(out, text);
    out += '\n';
}

class Renderer {
public:
    Renderer(std::string& out, std::string_view policy_domain) : out_(out), policy_domain_(policy_domain) {}

    void operator()(const Found& answer) const {
        if (!answer.tlsrpt)
            return append_line(out_, found,
                               answer.servername ? answer.text->plain() : answer.text->without_servername());
        std::string text;
        answer.text->append_tlsrpt(text, policy_domain_);
        append_line(out_, found, text);
    }
    void operator()(const Dane& dane) const { append_line(out_, found, dane.only ? "dane-only" : "dane"); }
    void operator()(const Overridden& overridden) const { append_line(out_, found, *overridden.text); }
    void operator()(const NotFound&) const { append_line(out_, not_found, "not found"); }
    void operator()(const Temp& answer) const {
        append_line(out_, again, answer.reason.substr(0, max_reason));
    }
    void operator()(const Perm& answer) const {
        append_line(out_, again, answer.reason.substr(0, max_reason));
    }

private:
    std::string& out_;
    std::string_view policy_domain_;
};

}  // namespace

std::variant<NeedMore, Line, Malformed> decode_line(std::string_view buffered) noexcept {
    const auto end = buffered.substr(0, max_table_line + 2).find('\n');
    if (end == std::string_view::npos) {
        if (buffered.size() > max_table_line + 1) return Malformed{"the line is too long"};
        return NeedMore{};
    }
    std::string_view text = buffered.substr(0, end);
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.size() > max_table_line) return Malformed{"the line is too long"};
    return Line{text, end + 1};
}

std::optional<std::string_view> key_of_get(std::string_view line) noexcept {
    constexpr std::string_view get = "get ";
    if (!line.starts_with(get)) return std::nullopt;
    return line.substr(get.size());
}

bool is_coded(std::string_view key) noexcept {
    return key.find('%') != std::string_view::npos;
}

void append_table_reply(std::string& out, const Answer& answer, std::string_view policy_domain) {
    const std::size_t begin = out.size();
    const auto fits = [&] { return out.size() - begin <= max_table_line + 1; };
    std::visit(Renderer(out, policy_domain), answer);
    if (fits()) return;
    out.resize(begin);
    if (const auto* policy = std::get_if<Found>(&answer); policy != nullptr && policy->tlsrpt) {
        // A report less is better than mail that waits for ever.
        append_line(out, found, policy->text->plain());
        if (fits()) return;
        out.resize(begin);
    }
    append_line(out, again, "the answer is too long for a tcp_table: use socketmap");
}

void append_table_refusal(std::string& out) {
    append_line(out, not_found, "only get is served");
}

}  // namespace tlspolicy::postfix
