#pragma once

#include "base/error.hpp"
#include "store/settings.hpp"

#include <optional>
#include <string_view>

/// Stores as operators write them. Error messages go on from the value, of which parse_shared_store() shows
/// nothing: it may hold a password.
namespace tlspolicy::config {

/// "sqlite:/absolute/path" or "none".
Result<std::optional<store::SqliteSettings>> parse_store(std::string_view text);

/// "" for none, "redis://[user:password@]host[:port][/database]", "rediss://…" with TLS, or
/// "unix:[//[user:password@]]/path[?db=number]". User and password are percent-encoded where they hold
/// reserved characters; ":password@" goes without a user.
Result<std::optional<store::RedisSettings>> parse_shared_store(std::string_view text);

}  // namespace tlspolicy::config
