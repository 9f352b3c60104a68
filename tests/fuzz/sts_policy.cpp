#include "base/ascii.hpp"
#include "fuzz/target.hpp"
#include "sts/policy.hpp"

#include <algorithm>
#include <string>

using namespace tlspolicy;
using tlspolicy::fuzz::invariant;

namespace {

void check(const sts::MxPattern& pattern) {
    const std::string_view name = pattern.text().substr(pattern.wildcard() ? 2 : 0);
    const auto domain = Domain::parse(name);
    invariant(domain.has_value() && domain->text() == name, "a pattern holds a canonical domain");
    invariant(*sts::MxPattern::parse(pattern.text()) == pattern, "a pattern is its own pattern");
    invariant(pattern.matches(*domain) == !pattern.wildcard(),
              "a wildcard stands for a label, never for none");
    const auto child = domain->below("mx");
    if (child) invariant(pattern.matches(*child) == pattern.wildcard(), "and for one");
    const auto grandchild = domain->below("a.mx");
    if (grandchild) invariant(!pattern.matches(*grandchild), "and never for two");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view body = fuzz::as_text(data, size);
    const auto policy = sts::parse_policy(body);
    if (!policy) {
        const std::string message = policy.error().message();
        invariant(policy.error().kind() == ErrorKind::invalid, "a bad policy is invalid");
        invariant(!message.empty() && message.size() < 2000, "a message is bounded");
        invariant(std::all_of(message.begin(), message.end(), ascii::is_printable), "a message is printable");
        return 0;
    }
    invariant(policy->max_age.count() >= 0 && policy->max_age <= sts::longest_max_age, "max_age is in range");
    invariant(!policy->mx.empty() || policy->mode == sts::Mode::none, "an mx, or mode none");
    invariant(policy->lines.size() >= policy->mx.size() + 3, "every field has a line");
    std::for_each(policy->mx.begin(), policy->mx.end(), check);

    std::string joined;
    for (const std::string& line : policy->lines) {
        invariant(line.find('\n') == std::string::npos && line.find('\0') == std::string::npos,
                  "clean lines");
        invariant(body.find(line) != std::string_view::npos, "a line is as it was fetched");
        joined += line + "\r\n";
    }
    const auto again = sts::parse_policy(joined);
    invariant(again.has_value() && *again == *policy, "the lines make the same policy");
    return 0;
}
