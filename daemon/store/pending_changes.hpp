#pragma once

#include "base/clock.hpp"
#include "engine/ports.hpp"

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace tlspolicy::store {

/// Changes that are not yet on disk, the latest a domain. Safe from any thread: the network loop adds, the
/// store thread takes them for a commit and gives back what it could not write.
class PendingChanges {
public:
    struct Erased {};
    struct Marked {
        Time checked{};
        Time used{};
    };
    using Change = std::variant<engine::StoredPolicy, Erased, Marked>;
    using Changes = std::map<std::string, Change, std::less<>>;

    PendingChanges(std::size_t most, std::size_t most_octets) : most_(most), most_octets_(most_octets) {}

    /// How many wait now. Beyond the most, in number or in octets of policy text, a new one is dropped, and
    /// counted.
    std::size_t add(std::string_view domain, Change change, Time now);
    /// What is known here of a domain: nullopt: nothing; else its policy, or null where it is erased.
    std::optional<std::optional<engine::StoredPolicy>> find(std::string_view domain) const;
    /// Whether its policy is another here, or erased.
    bool replaces(std::string_view domain) const;

    /// Up to `count` of them, which stay visible to find() until written() or failed().
    const Changes& take(std::size_t count);
    void written();
    /// They are pending again, but where a later change has come.
    void failed();

    std::size_t size() const;
    std::size_t dropped() const;
    /// When the oldest of those that are here was added.
    std::optional<Time> oldest() const;

private:
    void merge(std::string domain, Change change);

    mutable std::mutex mutex_;
    const std::size_t most_;
    const std::size_t most_octets_;
    std::size_t octets_ = 0;  // of what waits
    Changes waiting_;
    Changes taken_;
    std::optional<Time> oldest_waiting_;
    std::optional<Time> oldest_taken_;
    std::size_t dropped_ = 0;
};

}  // namespace tlspolicy::store
