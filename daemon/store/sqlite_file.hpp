#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/wall_clock.hpp"
#include "store/calendar.hpp"
#include "store/policy_rows.hpp"
#include "store/sqlite_database.hpp"
#include "store/store_lock.hpp"

#include <memory>
#include <optional>
#include <string>
#include <system_error>

namespace tlspolicy::store {

/// An open store: the file and its tables. Used on the store thread.
class SqliteFile {
public:
    /// Why a store cannot be used now, and what an operator can do about it.
    struct Unusable {
        bool damaged = false;  ///< it should be set aside
        std::string why;
    };
    using Opened = boost::system::result<std::unique_ptr<SqliteFile>, Unusable>;

    /// Makes the file, and the directory that it is in, where they are not there. A directory that cannot be
    /// written to is read from. No file that is not ours, or not sound, is changed.
    static Opened open(const std::string& path);

    /// Gives a damaged file, which nobody has open, another name, and says which; fails where it has to stay.
    static boost::system::result<std::string, std::error_code> set_aside(const std::string& path,
                                                                         WallTime now);

    bool writable() const noexcept { return lock_.has_value(); }
    PolicyRows& rows() noexcept { return *rows_; }
    Database& database() noexcept { return *database_; }
    /// The one that it was opened with.
    const std::optional<Anchor>& anchor() const noexcept { return anchor_; }

private:
    explicit SqliteFile(std::optional<StoreLock> lock) : lock_(std::move(lock)) {}
    static Opened open_at(const std::string& path, std::optional<StoreLock> lock);

    std::optional<StoreLock> lock_;  // first: let go after the file is closed
    std::optional<Database> database_;
    std::optional<PolicyRows> rows_;
    std::optional<Anchor> anchor_;
};

[[noreturn]] void throw_exception_from_error(const SqliteFile::Unusable& unusable,
                                             const boost::source_location& where);

}  // namespace tlspolicy::store
