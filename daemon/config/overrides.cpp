#include "config/overrides.hpp"

#include "base/domain.hpp"
#include "postfix/tls_policy_text.hpp"

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

namespace tlspolicy::config {
namespace {

using engine::Override;
using Answer = std::shared_ptr<const std::string>;

Result<std::string> parse_key(std::string_view text) {
    const bool below = text.starts_with('.');
    const auto domain = Domain::parse(below ? text.substr(1) : text);
    if (!domain)
        return Error(ErrorKind::syntax,
                     "is not a domain; allowed: \"example.com\", or \".example.com\" for all below it");
    return (below ? "." : "") + std::string(domain->text());
}

Result<Answer> parse_answer(std::string_view text) {
    if (text == "notfound") return Answer();
    auto answer = postfix::parse_tls_policy_text(text);
    if (!answer) return answer.error();
    return Answer(std::make_shared<const std::string>(std::move(*answer)));
}

/// The end of that day, UTC.
Result<std::optional<WallTime>> parse_until(std::string_view text) {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    int read = 0;
    const std::string date(text);
    const bool complete = date.size() == 10
                          && std::sscanf(date.c_str(), "%4d-%2u-%2u%n", &year, &month, &day, &read) == 3
                          && read == 10;
    const std::chrono::year_month_day calendar{std::chrono::year(year), std::chrono::month(month),
                                               std::chrono::day(day)};
    if (!complete || !calendar.ok())
        return Error(ErrorKind::syntax, "is not a date; allowed: \"2027-01-31\"");
    const auto next_day = std::chrono::sys_days(calendar) + std::chrono::days(1);
    return std::optional(std::chrono::time_point_cast<Duration>(next_day));
}

Result<std::string> parse_reason(std::string_view text) {
    return std::string(text);
}

void read_one(Section& item, engine::Overrides& overrides, WallTime now) {
    const auto errors_before = item.report().findings.size();
    std::string key;
    std::optional<Answer> answer;
    Override read;
    item.value("domain", key, parse_key);
    item.value("answer", answer, parse_answer);
    item.value("until", read.until, parse_until);
    item.value("reason", read.reason, parse_reason);
    if (item.report().findings.size() != errors_before) return;
    if (key.empty() || !answer)
        return item.report().error(item.line(),
                                   "overrides: an item needs a domain and an answer, e.g. {domain: "
                                   "example.com, answer: \"may\"}");
    if (read.until && now >= *read.until)
        item.report().warning(item.line(), "overrides: the one for " + key + " has ended, and does nothing");
    read.answer = *answer;
    if (!overrides.set(key, std::move(read)))
        item.report().warning(item.line(),
                              "overrides: another one for " + key + " stood before this, which wins");
}

}  // namespace

void read_overrides(Section& top, engine::Overrides& overrides, WallTime now) {
    for (const Node& node : top.items("overrides")) {
        if (node.kind != Node::Kind::mapping) {
            top.wrong("overrides", node,
                      "must be a list of mappings, e.g. {domain: example.com, answer: \"may\"}");
            continue;
        }
        Section::read(node, "overrides", top.report(),
                      [&](Section& item) { read_one(item, overrides, now); });
    }
}

}  // namespace tlspolicy::config
