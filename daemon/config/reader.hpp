#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "config/finding.hpp"
#include "config/tree.hpp"

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tlspolicy::config {

/// What reading has brought to light so far.
struct Report {
    std::vector<Finding> findings;
    std::set<std::string> keys;  ///< every key that was asked for, as a dotted path

    void error(unsigned line, std::string message);
    void warning(unsigned line, std::string message);
};

/// A value as findings show it: quoted, escaped, bounded, and without anything that stands before an '@'
/// (that may be a password in the wrong place).
std::string shown(std::string_view text);

template <class T>
struct Range {
    T min;
    T max;
};

/// One mapping of the file while it is read. Each call names a key, and changes its target only where the key
/// is there and its value is right; what is wrong becomes a finding. An absent mapping reads as an empty one.
class Section {
public:
    using Body = std::function<void(Section&)>;

    /// Reads `node` through `body`, then reports keys that are set twice, and those that `body` did not ask
    /// for.
    static void read(const Node& node, std::string path, Report& report, const Body& body);

    void duration(std::string_view key, Duration& target, Range<Duration> allowed);
    void size(std::string_view key, std::size_t& target, Range<std::uint64_t> allowed);
    void flag(std::string_view key, bool& target);

    template <class T>
    void number(std::string_view key, T& target, Range<std::uint64_t> allowed) {
        std::uint64_t value = target;
        whole_number(key, value, allowed);
        target = static_cast<T>(value);
    }

    /// One of a few words.
    template <class T>
    void choice(std::string_view key, T& target, const std::vector<std::pair<std::string_view, T>>& words) {
        const Node* node = scalar(key);
        if (node == nullptr) return;
        std::vector<std::string_view> allowed;
        for (const auto& [word, value] : words) {
            if (word == node->text) return void(target = value);
            allowed.push_back(word);
        }
        not_among(key, *node, allowed);
    }

    /// A scalar by its own parser, `Result<T>(std::string_view)`, whose message goes on from the value.
    template <class T, class Parse>
    void value(std::string_view key, T& target, const Parse& parse) {
        if (const Node* node = scalar(key)) convert(key, *node, shown(node->text) + ' ', target, parse);
    }

    /// Likewise, where no finding may show the value.
    template <class T, class Parse>
    void secret(std::string_view key, T& target, const Parse& parse) {
        if (const Node* node = scalar(key)) convert(key, *node, "the value ", target, parse);
    }

    /// A sequence of such scalars; a single one may stand without its sequence.
    template <class T, class Parse>
    void list(std::string_view key, std::vector<T>& target, const Parse& parse) {
        const Node* node = find(key);
        if (node == nullptr || node->kind == Node::Kind::null) return;
        target.clear();
        for (const Node& item : items(*node)) {
            if (item.kind != Node::Kind::scalar) {
                wrong(key, item, "must be a list of single values");
                continue;
            }
            auto parsed = parse(std::string_view(item.text));
            if (!parsed)
                wrong(key, item, shown(item.text) + ' ' + parsed.error().message());
            else
                target.push_back(std::move(*parsed));
        }
    }

    /// A mapping inside this one.
    void section(std::string_view key, const Body& body);
    /// A mapping inside this one whose keys are names that the operator chose.
    void entries(std::string_view key, const std::function<void(const Node& entry)>& each);
    /// The items of a sequence of anything; the one item where there is no sequence; none where the key is
    /// absent.
    std::vector<Node> items(std::string_view key);
    /// What stands under a key; nullptr where nothing does, or the key has no value. It does not make the key
    /// known.
    const Node* present(std::string_view key) const;

    /// The scalar under a key; nullptr where there is none, with a finding where something else stands there.
    const Node* scalar(std::string_view key);
    /// "path.key: message" at the line of `node`.
    void wrong(std::string_view key, const Node& node, std::string_view message);
    /// The line in which this mapping begins.
    unsigned line() const { return node_.line; }
    Report& report() { return report_; }

private:
    Section(const Node& node, std::string path, Report& report)
        : node_(node), path_(std::move(path)), report_(report) {}

    template <class T, class Parse>
    void convert(std::string_view key, const Node& node, const std::string& subject, T& target,
                 const Parse& parse) {
        auto parsed = parse(std::string_view(node.text));
        if (!parsed) return wrong(key, node, subject + parsed.error().message());
        target = std::move(*parsed);
    }

    const Node* find(std::string_view key);
    std::string path_of(std::string_view key) const;
    static std::vector<Node> items(const Node& node);
    void whole_number(std::string_view key, std::uint64_t& target, Range<std::uint64_t> allowed);
    void not_among(std::string_view key, const Node& node, const std::vector<std::string_view>& allowed);
    void report_duplicates();
    void report_unknown();

    const Node& node_;
    std::string path_;
    Report& report_;
    std::vector<std::string> asked_;
};

}  // namespace tlspolicy::config
