#pragma once

#include "config/finding.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tlspolicy::config {

/// A configuration file as a tree, with the lines its parts stand in.
struct Node {
    enum class Kind : std::uint8_t { null, scalar, sequence, mapping };

    Kind kind = Kind::null;
    unsigned line = 0;                ///< from 1: of the key in a mapping, else of the value
    std::string key = {};             ///< in a mapping
    std::string text = {};            ///< of a scalar
    std::vector<Node> children = {};  ///< of a sequence or mapping
};

/// The tree of one YAML document, or why there is none. Anchors, aliases and tags are refused, and so is
/// nesting deeper than any key needs, so that the tree is never larger than its text and no recursion is
/// deep.
std::variant<Node, Finding> parse_tree(std::string_view yaml);

/// The line of the deepest key of a path that the file has; 0 where it has none of them.
unsigned line_at(const Node& root, std::initializer_list<std::string_view> path);

}  // namespace tlspolicy::config
