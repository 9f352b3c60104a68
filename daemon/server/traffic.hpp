#pragma once

#include "base/histogram.hpp"
#include "postfix/answer.hpp"
#include "postfix/map_options.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace tlspolicy::server {

/// What was answered in which map. A map has a place here from the first configuration that knows it, so that
/// counting on the cached path takes no lock; names and places are for one thread, the network loop's.
class MapCounters {
public:
    static constexpr std::size_t answers = std::variant_size_v<postfix::Answer>;
    static constexpr unsigned no_map = 0;  ///< where questions for maps that there are none of are counted

    /// Gives each map its place; those beyond the 62nd that there ever was share the last.
    void assign(std::map<std::string, postfix::MapOptions, std::less<>>& maps) {
        for (auto& [name, options] : maps) {
            std::size_t slot = 0;
            while (slot < names_.size() && names_[slot] != name)
                ++slot;
            slot = std::min(slot, slots - 1);
            if (slot == names_.size()) names_.push_back(slot < slots - 1 ? name : "(others)");
            options.slot = static_cast<std::uint8_t>(slot);
        }
    }
    void count(unsigned slot, const postfix::Answer& answer) noexcept {
        counters_[slot][answer.index()].fetch_add(1, std::memory_order_relaxed);
    }

    const std::vector<std::string>& names() const noexcept { return names_; }
    std::uint64_t of(std::size_t slot, std::size_t answer) const noexcept {
        return counters_[slot][answer].load(std::memory_order_relaxed);
    }

private:
    static constexpr std::size_t slots = 64;

    std::array<std::array<std::atomic<std::uint64_t>, answers>, slots> counters_{};
    std::vector<std::string> names_{"(unknown)"};
};

/// What has come in at the listeners for Postfix.
struct Traffic {
    MapCounters maps;
    Histogram waits;       ///< of lookups that memory could not answer, from the question to the answer
    QuickHistogram quick;  ///< of a sample of those that it could, from the request read to the reply sent
    std::atomic<std::uint64_t> accepted{0};
    std::atomic<std::uint64_t> refused{0};
    std::atomic<std::uint64_t> malformed{0};
};

}  // namespace tlspolicy::server
