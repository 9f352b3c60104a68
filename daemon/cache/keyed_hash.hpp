#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace tlspolicy::cache {

/// Hashes names that strangers choose: the key is drawn at start, so that nobody can prepare names which
/// collide. Multiply and fold, 8 octets at a time.
class KeyedHash {
public:
    explicit constexpr KeyedHash(std::uint64_t key) noexcept : key_(key) {}

    std::uint64_t operator()(std::string_view text) const noexcept {
        std::uint64_t state = key_ ^ (text.size() * multiplier);
        for (; text.size() >= 8; text.remove_prefix(8))
            state = fold(state ^ load(text.substr(0, 8)), key_ ^ multiplier);
        return fold(state ^ load(text), multiplier);
    }

private:
    static constexpr std::uint64_t multiplier = 0x9E3779B97F4A7C15U;  // 2^64 / golden ratio

    static std::uint64_t load(std::string_view at_most_8) noexcept {
        std::uint64_t word = 0;
        if (!at_most_8.empty()) std::memcpy(&word, at_most_8.data(), at_most_8.size());
        return word;
    }
    static std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
        __extension__ using Wide = unsigned __int128;
        const Wide product = static_cast<Wide>(a) * b;
        return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
    }

    std::uint64_t key_;
};

}  // namespace tlspolicy::cache
