#include "postfix/secure_text.hpp"

#include "fuzz/target.hpp"
#include "postfix/answer.hpp"
#include "postfix/netstring.hpp"
#include "postfix/socketmap.hpp"
#include "sts/policy.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace tlspolicy;
using namespace tlspolicy::postfix;
using tlspolicy::fuzz::invariant;

namespace {

std::string payload_of(const Answer& answer, std::string_view domain) {
    std::string reply;
    append_reply(reply, answer, domain);
    const auto step = decode_netstring(reply, max_reply);
    invariant(std::holds_alternative<Frame>(step), "a reply is one netstring that Postfix reads");
    invariant(std::get<Frame>(step).consumed == reply.size(), "and nothing more");
    return std::string(std::get<Frame>(step).payload);
}

/// The attributes of an answer as Postfix splits it: at blanks outside of braces, which must balance and not
/// nest.
std::vector<std::string> attributes_of(std::string_view text) {
    std::vector<std::string> attributes(1);
    bool braced = false;
    for (const char c : text) {
        invariant(c >= ' ' && c <= '~', "an answer is printable");
        invariant(c != '{' || !braced, "braces do not nest");
        invariant(c != '}' || braced, "braces balance");
        if (c == '{' || c == '}') braced = c == '{';
        if (c == ' ' && !braced) {
            attributes.emplace_back();
            continue;
        }
        attributes.back() += c;
    }
    invariant(!braced, "braces are closed");
    return attributes;
}

bool is_match(std::string_view attribute) {
    return attribute.substr(0, 6) == "match=";
}

std::string match_of(const std::vector<std::string_view>& patterns) {
    std::string match = "match=";
    for (const std::string_view pattern : patterns) {
        if (match.size() > 6) match += ':';
        match += pattern.front() == '*' ? pattern.substr(1) : pattern;
    }
    return match;
}

void check(const std::vector<std::string_view>& patterns, const std::vector<std::string>& lines) {
    auto created = SecureText::create(patterns, lines);
    const std::string match = match_of(patterns);
    const std::string head = "OK secure " + match + " servername=hostname";
    invariant(created.has_value() == (head.size() <= max_reply), "what fits is answered");
    if (!created) return;
    const auto text = std::make_shared<const SecureText>(std::move(*created));
    invariant(payload_of(Found{text, false}, "example.com") == head,
              "the plain answer is match and servername");

    const std::string domain = std::string(63, 'd') + ".example.com";
    const std::string tlsrpt = payload_of(Found{text, true}, domain);
    if (tlsrpt == head) {
        invariant(match.size() + 16 * patterns.size() > 45'000, "only patterns can crowd out TLS-RPT");
        return;
    }
    const auto attributes = attributes_of(tlsrpt);
    const std::size_t fixed = 6;  // OK secure match servername policy_type policy_domain
    invariant(tlsrpt.substr(0, head.size()) == head, "the TLS-RPT answer goes on from the plain one");
    invariant(attributes.size() > fixed + patterns.size(), "at least one policy_string");
    invariant(std::count_if(attributes.begin(), attributes.end(), is_match) == 1 && attributes[2] == match,
              "one match=");
    invariant(attributes[4] == "policy_type=sts" && attributes[5] == "policy_domain=" + domain,
              "type and domain");
    for (std::size_t i = 0; i < patterns.size(); ++i)
        invariant(attributes[fixed + i] == "mx_host_pattern=" + std::string(patterns[i]), "every pattern");
    for (std::size_t i = fixed + patterns.size(); i < attributes.size(); ++i)
        invariant(attributes[i].substr(0, 18) == "{ policy_string = " && attributes[i].size() > 20
                      && attributes[i].substr(attributes[i].size() - 2) == " }",
                  "then policy strings alone");
}

}  // namespace

/// The input is a policy body; its answer is rendered as it is, and repeated until it is near Postfix's
/// limit.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto policy = sts::parse_policy(fuzz::as_text(data, size));
    if (!policy || policy->mx.empty()) return 0;
    std::vector<std::string_view> patterns;
    for (const sts::MxPattern& pattern : policy->mx)
        patterns.push_back(pattern.text());
    std::vector<std::string> lines = policy->lines;
    check(patterns, lines);

    if (size % 16 != 0) return 0;  // costly; decided by the input alone
    const auto once = patterns;
    const auto once_lines = lines;
    const std::size_t target = 30'000 + (size * 37) % 80'000;
    for (std::size_t sum = size; sum < target; sum += size + 1) {
        patterns.insert(patterns.end(), once.begin(), once.end());
        lines.insert(lines.end(), once_lines.begin(), once_lines.end());
    }
    check(patterns, lines);
    check(once, lines);
    return 0;
}
