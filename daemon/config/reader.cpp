#include "config/reader.hpp"

#include "base/printable.hpp"
#include "config/spelling.hpp"
#include "config/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace tlspolicy::config {
namespace {

/// What was parsed, if it is allowed; else a message that ends in what is.
template <class T>
Result<T> in_range(Result<T> parsed, Range<T> allowed, const std::string& expected) {
    if (!parsed) return Error(ErrorKind::syntax, parsed.error().message() + expected);
    if (*parsed < allowed.min || *parsed > allowed.max)
        return Error(ErrorKind::syntax, "is out of range" + expected);
    return parsed;
}

}  // namespace

void Report::error(unsigned line, std::string message) {
    findings.push_back({Finding::Severity::error, line, std::move(message)});
}

void Report::warning(unsigned line, std::string message) {
    findings.push_back({Finding::Severity::warning, line, std::move(message)});
}

std::string shown(std::string_view text) {
    const auto at = text.rfind('@');
    const std::string hidden = at == text.npos ? "" : "***";
    return '"' + hidden + printable(at == text.npos ? text : text.substr(at), 120) + '"';
}

void Section::read(const Node& node, std::string path, Report& report, const Body& body) {
    if (node.kind != Node::Kind::mapping && node.kind != Node::Kind::null) {
        const std::string where = path.empty() ? "" : path + ": ";
        return report.error(node.line, where + "must be a mapping, \"key: value\"");
    }
    Section section(node, std::move(path), report);
    section.report_duplicates();
    body(section);
    section.report_unknown();
}

void Section::duration(std::string_view key, Duration& target, Range<Duration> allowed) {
    const auto expected = fmt::format("; allowed: a number with ms, s, m, h or d, from {} to {}, e.g. {}",
                                      to_text(allowed.min), to_text(allowed.max), to_text(target));
    value(key, target,
          [&](std::string_view text) { return in_range(parse_duration(text), allowed, expected); });
}

void Section::size(std::string_view key, std::size_t& target, Range<std::uint64_t> allowed) {
    const auto expected =
        fmt::format("; allowed: bytes, or a number with KiB or MiB, from {} to {}, e.g. {}",
                    size_to_text(allowed.min), size_to_text(allowed.max), size_to_text(target));
    value(key, target, [&](std::string_view text) { return in_range(parse_size(text), allowed, expected); });
}

void Section::whole_number(std::string_view key, std::uint64_t& target, Range<std::uint64_t> allowed) {
    const auto expected = fmt::format("; allowed: a whole number from {} to {}", allowed.min, allowed.max);
    value(key, target,
          [&](std::string_view text) { return in_range(parse_number(text), allowed, expected); });
}

void Section::flag(std::string_view key, bool& target) {
    choice<bool>(key, target, {{"true", true}, {"false", false}});
}

void Section::not_among(std::string_view key, const Node& node,
                        const std::vector<std::string_view>& allowed) {
    wrong(key, node,
          fmt::format("{} is not possible; allowed: {}", shown(node.text), fmt::join(allowed, ", ")));
}

void Section::section(std::string_view key, const Body& body) {
    const Node absent;
    const Node* node = find(key);
    read(node == nullptr ? absent : *node, path_of(key), report_, body);
}

void Section::entries(std::string_view key, const std::function<void(const Node&)>& each) {
    section(key, [&each](Section& names) {
        for (const Node& entry : names.node_.children) {
            names.asked_.push_back(entry.key);
            each(entry);
        }
    });
}

std::vector<Node> Section::items(std::string_view key) {
    const Node* node = find(key);
    if (node == nullptr || node->kind == Node::Kind::null) return {};
    return items(*node);
}

std::vector<Node> Section::items(const Node& node) {
    if (node.kind == Node::Kind::sequence) return node.children;
    return {node};
}

const Node* Section::present(std::string_view key) const {
    const auto found = std::find_if(node_.children.begin(), node_.children.end(), [key](const Node& child) {
        return child.key == key && child.kind != Node::Kind::null;
    });
    return found == node_.children.end() ? nullptr : &*found;
}

const Node* Section::scalar(std::string_view key) {
    const Node* node = find(key);
    if (node == nullptr) return nullptr;
    if (node->kind == Node::Kind::scalar) return node;
    wrong(key, *node, node->kind == Node::Kind::null ? "has no value" : "must be a single value");
    return nullptr;
}

void Section::wrong(std::string_view key, const Node& node, std::string_view message) {
    report_.error(node.line, fmt::format("{}: {}", path_of(key), message));
}

const Node* Section::find(std::string_view key) {
    asked_.emplace_back(key);
    report_.keys.insert(path_of(key));
    const auto found = std::find_if(node_.children.begin(), node_.children.end(),
                                    [key](const Node& child) { return child.key == key; });
    return found == node_.children.end() ? nullptr : &*found;
}

std::string Section::path_of(std::string_view key) const {
    return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

void Section::report_duplicates() {
    std::unordered_map<std::string_view, unsigned> first_lines;
    for (const Node& child : node_.children) {
        const auto [first, is_new] = first_lines.emplace(child.key, child.line);
        if (!is_new)
            report_.error(child.line, fmt::format("{} is set twice, first in line {}",
                                                  shown(path_of(child.key)), first->second));
    }
}

void Section::report_unknown() {
    for (const Node& child : node_.children) {
        if (std::find(asked_.begin(), asked_.end(), child.key) != asked_.end()) continue;
        auto message = fmt::format("unknown key {} is ignored", shown(path_of(child.key)));
        if (const auto known = nearest(child.key, asked_))
            message += fmt::format("; did you mean \"{}\"?", path_of(*known));
        report_.warning(child.line, std::move(message));
    }
}

}  // namespace tlspolicy::config
