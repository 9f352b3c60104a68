#include "config/stores.hpp"

#include "base/ascii.hpp"
#include "base/percent.hpp"
#include "config/units.hpp"
#include "config/url_parts.hpp"

#include <algorithm>
#include <string>
#include <sys/un.h>

namespace tlspolicy::config {
namespace {

using store::RedisSettings;

constexpr std::uint64_t most_databases = 1'000'000;

Error wrong(std::string_view message) {
    return {ErrorKind::syntax, std::string(message)};
}

bool is_absolute_path(std::string_view text) {
    return text.starts_with('/') && text.size() > 1 && text.find('\0') == text.npos;
}

/// Takes the prefix away where it is there.
bool take(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

/// Takes "user:password@" or ":password@" away. False: what stands there is neither.
bool take_credentials(std::string_view& text, RedisSettings& settings) {
    const auto at = text.rfind('@');
    if (at == text.npos) return true;
    const auto credentials = text.substr(0, at);
    text.remove_prefix(at + 1);
    const auto colon = credentials.find(':');
    if (colon == credentials.npos) return false;
    const auto user = percent_decode(credentials.substr(0, colon));
    const auto password = percent_decode(credentials.substr(colon + 1));
    if (!user || !password || password->empty()) return false;
    settings.user = *user;
    settings.password = *password;
    return true;
}

bool set_database(std::string_view text, RedisSettings& settings) {
    const auto number = parse_number(text);
    if (!number || *number > most_databases) return false;
    settings.database = static_cast<unsigned>(*number);
    return true;
}

bool is_host(std::string_view text) {
    return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), [](char c) {
        return ascii::is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == ':';
    });
}

constexpr std::string_view bad_credentials =
    "has no valid user and password; allowed: \"user:password@\" or \":password@\", reserved characters "
    "percent-encoded";

Result<std::optional<RedisSettings>> parse_unix(std::string_view text) {
    RedisSettings settings;
    if (take(text, "//") && !take_credentials(text, settings)) return wrong(bad_credentials);
    if (const auto query = text.find("?db="); query != text.npos) {
        if (!set_database(text.substr(query + 4), settings))
            return wrong("has no valid database; allowed: \"?db=0\" or another number");
        text = text.substr(0, query);
    }
    if (!is_absolute_path(text) || text.size() >= sizeof(sockaddr_un::sun_path))
        return wrong("has no valid path; allowed: \"unix:/path\", at most 107 bytes");
    settings.path = text;
    return std::optional(std::move(settings));
}

Result<std::optional<RedisSettings>> parse_redis(std::string_view text, bool tls) {
    RedisSettings settings;
    settings.tls = tls;
    if (!take_credentials(text, settings)) return wrong(bad_credentials);
    if (const auto slash = text.find('/'); slash != text.npos) {
        const auto database = text.substr(slash + 1);
        if (!database.empty() && !set_database(database, settings))
            return wrong("has no valid database; allowed: \"/0\" or another number");
        text = text.substr(0, slash);
    }
    const auto parts = split_host_port(text);
    if (!parts || !is_host(parts->host))
        return wrong("has no valid host; allowed: a name, an IPv4 address or \"[IPv6]\"");
    settings.host = parts->host;
    if (parts->port.empty()) return std::optional(std::move(settings));
    const auto port = parse_port(parts->port);
    if (!port) return wrong("has no valid port; allowed: 1 to 65535");
    settings.port = *port;
    return std::optional(std::move(settings));
}

}  // namespace

Result<std::optional<store::SqliteSettings>> parse_store(std::string_view text) {
    if (text == "none") return std::optional<store::SqliteSettings>();
    if (!take(text, "sqlite:") || !is_absolute_path(text))
        return wrong("is not a store; allowed: \"sqlite:/path\" or \"none\"");
    store::SqliteSettings settings;
    settings.path = text;
    return std::optional(std::move(settings));
}

Result<std::optional<RedisSettings>> parse_shared_store(std::string_view text) {
    if (text.empty()) return std::optional<RedisSettings>();
    if (take(text, "unix:")) return parse_unix(text);
    if (take(text, "redis://")) return parse_redis(text, false);
    if (!take(text, "rediss://"))
        return wrong(
            "is not a shared store; allowed: \"\", \"redis://[user:password@]host[:port][/database]\", "
            "\"rediss://...\" or \"unix:/path\"");
    if (!store::redis_has_tls)
        return wrong(
            "asks for TLS, which this build's hiredis does not have; allowed: \"redis://...\" or "
            "\"unix:/path\"");
    return parse_redis(text, true);
}

}  // namespace tlspolicy::config
