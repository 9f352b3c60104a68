#include "cli/finding.hpp"

#include "cli/table.hpp"

#include <boost/json/object.hpp>

#include <algorithm>

namespace tlspolicy::cli {
namespace {

constexpr std::size_t widest = 80;
constexpr std::size_t most_alike = 10;
constexpr std::size_t step = 4;  // by which WHY and FIX are moved in

Tone tone_of(Severity severity) noexcept {
    switch (severity) {
        case Severity::ok:
            return Tone::good;
        case Severity::note:
            return Tone::plain;
        case Severity::warning:
        case Severity::unknown:
            return Tone::doubtful;
        case Severity::problem:
            return Tone::bad;
    }
    return Tone::plain;
}

Exit exit_of(Severity severity) noexcept {
    switch (severity) {
        case Severity::ok:
        case Severity::note:
            return Exit::fine;
        case Severity::warning:
            return Exit::warning;
        case Severity::problem:
            return Exit::problem;
        case Severity::unknown:
            return Exit::unknown;
    }
    return Exit::unknown;
}

int badness(Exit exit) noexcept {
    switch (exit) {
        case Exit::fine:
            return 0;
        case Exit::warning:
            return 1;
        case Exit::unknown:
            return 2;
        case Exit::problem:
            return 3;
    }
    return 0;
}

void append_below(std::string& text, std::string_view label, std::string_view words, std::size_t width) {
    if (words.empty()) return;
    text.append(step, ' ').append(label).append(wrapped(words, width, step + label.size())).append("\n");
}

std::string to_text(const Finding& finding, const Palette& palette, std::size_t width) {
    const auto name = name_of(finding.severity);
    std::string what = finding.what;
    if (!finding.source.empty()) what += " (" + finding.source + ")";
    std::string text = palette.paint(tone_of(finding.severity), name);
    text.append(": ").append(wrapped(what, width, name.size() + 2)).append("\n");
    append_below(text, "", finding.why, width);
    append_below(text, "To do: ", finding.fix, width);
    return text;
}

}  // namespace

std::string_view name_of(Severity severity) noexcept {
    switch (severity) {
        case Severity::ok:
            return "ok";
        case Severity::note:
            return "note";
        case Severity::warning:
            return "warning";
        case Severity::problem:
            return "problem";
        case Severity::unknown:
            return "unknown";
    }
    return "unknown";
}

Exit worse(Exit one, Exit other) noexcept {
    return badness(other) > badness(one) ? other : one;
}

Exit exit_of(std::span<const Finding> findings) noexcept {
    Exit worst = Exit::fine;
    for (const Finding& finding : findings)
        worst = worse(worst, exit_of(finding.severity));
    return worst;
}

std::vector<Finding> few(std::vector<Finding> alike, std::string_view what) {
    if (alike.size() <= most_alike) return alike;
    const auto rest = std::span(alike).subspan(most_alike);
    const auto worst = std::max_element(rest.begin(), rest.end(), [](const Finding& a, const Finding& b) {
        return badness(exit_of(a.severity)) < badness(exit_of(b.severity));
    });
    Finding more{worst->severity, "and " + std::to_string(rest.size()) + " more: "};
    more.what += what;
    alike.resize(most_alike);
    alike.push_back(std::move(more));
    return alike;
}

std::string to_text(std::span<const Finding> findings, const Palette& palette, std::size_t width) {
    std::string text;
    for (const Finding& finding : findings)
        text += to_text(finding, palette, std::min(width, widest));
    return text;
}

boost::json::array to_json(std::span<const Finding> findings) {
    boost::json::array all;
    for (const Finding& finding : findings) {
        boost::json::object one;
        one["severity"] = name_of(finding.severity);
        one["what"] = finding.what;
        if (!finding.why.empty()) one["why"] = finding.why;
        if (!finding.fix.empty()) one["fix"] = finding.fix;
        if (!finding.source.empty()) one["source"] = finding.source;
        all.push_back(std::move(one));
    }
    return all;
}

}  // namespace tlspolicy::cli
