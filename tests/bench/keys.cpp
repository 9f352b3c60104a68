#include "bench/keys.hpp"

#include <charconv>
#include <fstream>
#include <stdexcept>
#include <string_view>

namespace tlspolicy::bench {
namespace {

constexpr std::string_view zone = ".bench.example";

void append_number(std::string& out, std::uint64_t number) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, number);
    out.append(digits, end.ptr);
}

std::size_t width(std::uint64_t number) {
    std::size_t digits = 1;
    for (; number > 9; number /= 10)
        ++digits;
    return digits;
}

}  // namespace

Keys::Keys(const std::string& file, bool random) : random_(random) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);)
        if (!line.empty()) lines_.push_back(line);
    if (lines_.empty()) throw std::runtime_error("no keys in " + file);
}

std::uint64_t Keys::next_index() {
    const std::uint64_t count = lines_.empty() ? family_.count : lines_.size();
    return (random_ ? dice_() : turn_++) % count;
}

void Keys::next_request(const std::string& map, std::string& out) {
    const std::uint64_t index = next_index();
    out.clear();
    if (!lines_.empty()) {
        const std::string& key = lines_[index];
        append_number(out, map.size() + 1 + key.size());
        out.append(":").append(map).append(" ").append(key).append(",");
        return;
    }
    const std::uint64_t number = family_.first + index;
    append_number(out, map.size() + 1 + family_.name.size() + width(number) + zone.size());
    out.append(":").append(map).append(" ").append(family_.name);
    append_number(out, number);
    out.append(zone).append(",");
}

}  // namespace tlspolicy::bench
