#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "dns/settings.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tlspolicy::dns {

/// The name servers of a resolv.conf, looked at again when it changes: written to, replaced, or the symlink
/// to it led elsewhere. A file that cannot be used keeps the last good servers; until there was a good one
/// it is the local machine's, as resolv.conf(5) says.
class ResolvConfWatch {
public:
    /// Reads the file. `clock` outlives this.
    ResolvConfWatch(const Clock& clock, std::string path);

    const std::vector<NameServer>& servers() const noexcept { return servers_; }
    const std::string& path() const noexcept { return path_; }

    /// Looks at the file, at most once a second. True when servers() changed.
    bool refresh();

private:
    /// What tells one state of the file from another.
    struct Identity {
        std::uint64_t device = 0;
        std::uint64_t inode = 0;
        std::int64_t modified_seconds = 0;
        std::int64_t modified_nanoseconds = 0;
        std::int64_t size = 0;
        friend bool operator==(const Identity&, const Identity&) = default;
    };
    class File;

    Result<std::vector<NameServer>> read();
    bool load();

    const Clock& clock_;
    std::string path_;
    std::vector<NameServer> servers_;
    std::optional<Identity> seen_;  ///< nullopt: there was no file
    Time looked_at_{};
    bool usable_ = true;
};

}  // namespace tlspolicy::dns
