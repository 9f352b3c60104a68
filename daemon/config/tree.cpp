#include "config/tree.hpp"

#include "base/printable.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cstddef>
#include <istream>
#include <streambuf>

namespace tlspolicy::config {
namespace {

constexpr std::size_t deepest_nesting = 16;  // the deepest key stands at 4

/// Ends the parse at what this configuration does not use.
struct Refused {
    Finding finding;
};

unsigned line_of(const YAML::Mark& mark) {
    return mark.line < 0 ? 0 : static_cast<unsigned>(mark.line) + 1;
}

[[noreturn]] void refuse(const YAML::Mark& mark, std::string message) {
    throw Refused{{Finding::Severity::error, line_of(mark), std::move(message)}};
}

/// Builds the tree from yaml-cpp's events. Events come before the parser descends, so a refusal here bounds
/// its recursion too.
class TreeBuilder final : public YAML::EventHandler {
public:
    Node root;
    bool found_document = false;

    void OnDocumentStart(const YAML::Mark&) override { found_document = true; }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        add(mark, "?", anchor, Node::Kind::null, {});
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        refuse(mark, "aliases (*name) are not used here; write the value out");
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        add(mark, tag, anchor, Node::Kind::scalar, value);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(mark, add(mark, tag, anchor, Node::Kind::sequence, {}));
    }
    void OnSequenceEnd() override { open_.pop_back(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(mark, add(mark, tag, anchor, Node::Kind::mapping, {}));
    }
    void OnMapEnd() override { open_.pop_back(); }

private:
    // Only the last child of an open node is open, so these stay valid while vectors grow.
    std::vector<Node*> open_;
    bool key_pending_ = false;  // the last child of the innermost mapping has its key and waits for its value

    void open(const YAML::Mark& mark, Node* node) {
        if (open_.size() == deepest_nesting) refuse(mark, "nested too deeply");
        open_.push_back(node);
    }

    /// Nothing is opened where this returns nullptr: a key, which is always a scalar.
    Node* add(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Node::Kind kind,
              const std::string& text) {
        if (anchor != YAML::NullAnchor) refuse(mark, "anchors (&name) are not used here");
        if (tag != "?" && tag != "!" && !tag.empty()) refuse(mark, "tags (!name) are not used here");
        if (open_.empty()) {
            root = {kind, line_of(mark), {}, text, {}};
            return &root;
        }
        Node& parent = *open_.back();
        if (parent.kind == Node::Kind::sequence) {
            parent.children.push_back({kind, line_of(mark), {}, text, {}});
            return &parent.children.back();
        }
        if (!key_pending_) {
            if (kind != Node::Kind::scalar) refuse(mark, "a key must be a word");
            parent.children.push_back({Node::Kind::null, line_of(mark), text, {}, {}});
            key_pending_ = true;
            return nullptr;
        }
        key_pending_ = false;
        Node& child = parent.children.back();
        child.kind = kind;
        child.text = text;
        return &child;
    }
};

class ViewBuffer final : public std::streambuf {
public:
    explicit ViewBuffer(std::string_view text) {
        char* begin = const_cast<char*>(text.data());  // only read from: there is no overflow()
        setg(begin, begin, begin + text.size());
    }
};

}  // namespace

std::variant<Node, Finding> parse_tree(std::string_view yaml) {
    ViewBuffer buffer(yaml);
    std::istream input(&buffer);
    TreeBuilder builder;
    try {
        YAML::Parser parser(input);
        parser.HandleNextDocument(builder);
        TreeBuilder second;
        parser.HandleNextDocument(second);
        if (second.found_document)
            return Finding{Finding::Severity::error, second.root.line,
                           "only one YAML document may stand here"};
    } catch (const Refused& refused) {
        return refused.finding;
    } catch (const YAML::Exception& failure) {
        return Finding{Finding::Severity::error, line_of(failure.mark),
                       "not valid YAML: " + printable(failure.msg)};
    }
    return std::move(builder.root);
}

unsigned line_at(const Node& root, std::initializer_list<std::string_view> path) {
    const Node* node = &root;
    for (const std::string_view key : path) {
        const auto child = std::find_if(node->children.begin(), node->children.end(),
                                        [key](const Node& each) { return each.key == key; });
        if (child == node->children.end()) break;
        node = &*child;
    }
    return node == &root ? 0 : node->line;
}

}  // namespace tlspolicy::config
