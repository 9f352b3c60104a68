#pragma once

#include "store/sqlite_database.hpp"

#include <cstdint>
#include <string>
#include <variant>

namespace tlspolicy::store {

/// What an opened file turns out to be.
enum class FileIs : std::uint8_t {
    ours,     ///< with the tables of this version, which were made or brought up to date
    foreign,  ///< a sound database that somebody else made
    newer,    ///< one that a later version of tlspolicyd made
};

/// Marks a file as ours in its header.
constexpr std::int64_t application_id = 0x746C7370;  // "tlsp"
constexpr std::int64_t schema_version = 2;

/// Looks at the file, makes the tables of an empty one, and migrates those of an older version; nothing that
/// is not ours is changed. `writable`: false looks only, and takes an older version as it is.
SqliteResult<FileIs> prepare_schema(Database& database, bool writable);

}  // namespace tlspolicy::store
