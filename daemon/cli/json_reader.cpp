#include "cli/json_reader.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <array>
#include <utility>

namespace tlspolicy::cli {
namespace {

namespace json = boost::json;

const json::object no_members;
const json::array no_items;

}  // namespace

std::string text_at(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    if (value == nullptr || value->is_null()) return {};
    return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

std::int64_t number_at(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    if (value == nullptr) return 0;
    if (value->is_int64()) return value->get_int64();
    return value->is_uint64() ? static_cast<std::int64_t>(value->get_uint64()) : 0;
}

bool is_true_at(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_bool() && value->get_bool();
}

const json::object& object_at(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_object() ? value->get_object() : no_members;
}

const json::array& array_at(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_array() ? value->get_array() : no_items;
}

std::string moment_at(const json::object& object, std::string_view name) {
    const json::object& moment = object_at(object, name);
    if (moment.empty()) return "never";
    const std::int64_t left = number_at(moment, "in");
    if (left == 0) return text_at(moment, "at") + " (now)";
    if (left < 0) return fmt::format("{} ({} ago)", text_at(moment, "at"), shown_duration(-left));
    return fmt::format("{} (in {})", text_at(moment, "at"), shown_duration(left));
}

std::string shown_duration(std::int64_t seconds) {
    constexpr std::array<std::pair<std::int64_t, char>, 4> units{
        {{86'400, 'd'}, {3'600, 'h'}, {60, 'm'}, {1, 's'}}};
    for (std::size_t i = 0; i + 1 < units.size(); ++i) {
        const auto& [size, letter] = units[i];
        const auto& [next_size, next_letter] = units[i + 1];
        const std::int64_t next = seconds % size / next_size;
        if (seconds < size) continue;
        if (next == 0) return fmt::format("{}{}", seconds / size, letter);
        return fmt::format("{}{} {}{}", seconds / size, letter, next, next_letter);
    }
    return fmt::format("{}s", seconds);
}

}  // namespace tlspolicy::cli
