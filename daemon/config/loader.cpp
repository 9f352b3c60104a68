#include "config/loader.hpp"

#include "base/wall_clock.hpp"
#include "config/overrides.hpp"
#include "config/reader.hpp"
#include "config/rules.hpp"
#include "config/sections.hpp"
#include "config/tree.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <system_error>
#include <unistd.h>

namespace tlspolicy::config {
namespace {

constexpr std::size_t largest_file = 1024 * 1024;

Finding without_line(std::string message) {
    return {Finding::Severity::error, 0, std::move(message)};
}

WallTime now() {
    return SystemWallClock().now();
}

Report read(const Node& root, Config& config) {
    Report report;
    Section::read(root, "", report, [&](Section& top) { read_config(top, config, now()); });
    check_rules(config, root, report);
    return report;
}

std::string last_error() {
    return std::error_code(errno, std::generic_category()).message();
}

/// Up to one octet more than a file may have, which is how parse() sees that it has too many.
Result<std::string> read_file(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return Error(ErrorKind::system, "cannot be opened: " + last_error());
    std::string text;
    std::array<char, 16384> buffer{};
    while (text.size() <= largest_file) {
        const auto count = ::read(file, buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            Error failure(ErrorKind::system, "cannot be read: " + last_error());
            ::close(file);
            return failure;
        }
        if (count == 0) break;
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    ::close(file);
    return text;
}

}  // namespace

bool Loaded::usable() const {
    return std::none_of(findings.begin(), findings.end(),
                        [](const Finding& finding) { return finding.severity == Finding::Severity::error; });
}

Loaded parse(std::string_view yaml, std::string_view file_name) {
    Loaded loaded{{}, std::string(file_name)};
    if (yaml.size() > largest_file) {
        loaded.findings.push_back(without_line("the file is too large; allowed: at most 1MiB"));
        return loaded;
    }
    auto tree = parse_tree(yaml);
    if (const auto* finding = std::get_if<Finding>(&tree)) {
        loaded.findings.push_back(*finding);
        return loaded;
    }
    loaded.tree = std::move(std::get<Node>(tree));
    loaded.findings = read(loaded.tree, loaded.config).findings;
    std::stable_sort(loaded.findings.begin(), loaded.findings.end(),
                     [](const Finding& a, const Finding& b) { return a.line < b.line; });
    return loaded;
}

namespace {

std::vector<Finding> read_more_overrides(const std::string& yaml, engine::Overrides& overrides) {
    auto tree = parse_tree(yaml);
    if (const auto* finding = std::get_if<Finding>(&tree)) return {*finding};
    auto& root = std::get<Node>(tree);
    if (root.kind == Node::Kind::sequence) {  // the list alone
        root.key = "overrides";
        Node whole;
        whole.kind = Node::Kind::mapping;
        whole.children.push_back(std::move(root));
        root = std::move(whole);
    }
    Report report;
    Section::read(root, "", report, [&](Section& top) { read_overrides(top, overrides, now()); });
    return report.findings;
}

/// What an editor leaves beside a file, and means to be hidden, is not.
bool is_overrides_file(const std::filesystem::path& path) {
    return path.extension() == ".yaml" && !path.filename().string().starts_with('.');
}

/// In the order of their names; what a later one says wins.
void load_overrides(const std::filesystem::path& directory, Loaded& loaded) {
    std::error_code failure;
    std::vector<std::string> files;
    // Step by step, for what a range-for throws would end the daemon at a reload.
    for (std::filesystem::directory_iterator entry(directory, failure), end; !failure && entry != end;
         entry.increment(failure))
        if (is_overrides_file(entry->path())) files.push_back(entry->path().string());
    if (failure && failure != std::errc::no_such_file_or_directory)
        return loaded.findings.push_back(
            {Finding::Severity::error, 0, "cannot be read: " + failure.message(), directory.string()});
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
        const auto text = read_file(file);
        auto findings = text ? read_more_overrides(*text, loaded.config.server.overrides)
                             : std::vector{without_line(text.error().message())};
        for (auto& finding : findings) {
            finding.file = file;
            loaded.findings.push_back(std::move(finding));
        }
    }
}

}  // namespace

Loaded load(const std::string& path, bool required) {
    std::error_code failure;
    Loaded loaded{{}, "built-in defaults"};
    if (required || std::filesystem::exists(path, failure)) {
        const auto text = read_file(path);
        loaded = text ? parse(*text, path) : Loaded{{}, path, {without_line(text.error().message())}};
    }
    load_overrides(std::filesystem::path(path).parent_path() / "overrides.d", loaded);
    return loaded;
}

std::vector<std::string> known_keys() {
    // Keys below names and list items are asked for only where there are some.
    const auto tree = parse_tree("{listen: [{}], http: {}, maps: {NAME: {}}, overrides: [{}]}");
    Config ignored;
    const auto keys = read(std::get<Node>(tree), ignored).keys;
    return {keys.begin(), keys.end()};
}

}  // namespace tlspolicy::config
