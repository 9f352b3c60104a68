#pragma once

#include "base/wall_clock.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tlspolicy::engine {

/// An operator's last word on a domain (STS-44).
struct Override {
    /// What Postfix is told, checked; null: NOTFOUND.
    std::shared_ptr<const std::string> answer;
    std::optional<WallTime> until = {};  ///< it ends then; nullopt: never
    std::string reason = {};

    friend bool operator==(const Override& a, const Override& b) {
        const bool same_answer = a.answer == b.answer || (a.answer && b.answer && *a.answer == *b.answer);
        return same_answer && a.until == b.until && a.reason == b.reason;
    }
};

/// All overrides, by domain: "example.com" for itself, ".example.com" for all names below it. Never changed
/// once it is shared; find() is for any thread and allocates nothing.
class Overrides {
public:
    /// False: there was one already, which is replaced.
    bool set(std::string key, Override value) {
        return table_.insert_or_assign(std::move(key), std::move(value)).second;
    }
    bool empty() const noexcept { return table_.empty(); }
    std::size_t size() const noexcept { return table_.size(); }

    /// The exact one, else that of the longest parent, among those that have not ended; null: none. `domain`:
    /// Domain::text().
    const Override* find(std::string_view domain, WallTime now) const { return match(domain, now).word; }

    /// The same, and the key that it stands under: `domain`, or the ".example.com" above it.
    struct Match {
        std::string_view key;
        const Override* word = nullptr;
    };
    Match match(std::string_view domain, WallTime now) const {
        if (const auto* exact = current(domain, now)) return {domain, exact};
        for (auto dot = domain.find('.'); dot != domain.npos; dot = domain.find('.', dot + 1))
            if (const auto* parent = current(domain.substr(dot), now)) return {domain.substr(dot), parent};
        return {};
    }

    friend bool operator==(const Overrides&, const Overrides&) = default;

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>{}(text);
        }
    };

    const Override* current(std::string_view key, WallTime now) const {
        const auto found = table_.find(key);
        if (found == table_.end()) return nullptr;
        const auto& until = found->second.until;
        return until && now >= *until ? nullptr : &found->second;
    }

    std::unordered_map<std::string, Override, Hash, std::equal_to<>> table_;
};

}  // namespace tlspolicy::engine
