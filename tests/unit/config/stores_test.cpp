#include "config/stores.hpp"

#include "base/paths.hpp"

#include <doctest/doctest.h>

#include <string>

namespace tlspolicy::config {

TEST_CASE("a store is a file of SQLite, or none") {
    CHECK(parse_store("none").value() == std::nullopt);
    CHECK(parse_store("sqlite:" + default_state_directory() + "/policies.db").value()
          == store::SqliteSettings{});
    CHECK(parse_store("sqlite:/srv/a b.db").value()->path == "/srv/a b.db");
    for (const std::string text :
         {"", "sqlite:", "sqlite:/", "sqlite:policies.db", "/srv/policies.db", "memory", "None"}) {
        CAPTURE(text);
        const auto store = parse_store(text);
        REQUIRE(store.has_error());
        CHECK(store.error().message().find("allowed: \"sqlite:/path\" or \"none\"") != std::string::npos);
    }
}

TEST_CASE("a shared store is a Redis, by network or Unix socket") {
    struct Row {
        const char* text;
        store::RedisSettings want;
    };
    const auto at = [](const char* host, std::uint16_t port = 6379, unsigned database = 0) {
        store::RedisSettings settings;
        settings.host = host;
        settings.port = port;
        settings.database = database;
        return settings;
    };
    const auto as = [](store::RedisSettings settings, const char* user, const char* password) {
        settings.user = user;
        settings.password = password;
        return settings;
    };
    store::RedisSettings local;
    local.path = "/run/redis.sock";
    store::RedisSettings local7 = local;
    local7.database = 7;
    for (const Row& row :
         {Row{"redis://localhost", at("localhost")}, Row{"redis://127.0.0.1:6380", at("127.0.0.1", 6380)},
          Row{"redis://[::1]:6380/5", at("::1", 6380, 5)},
          Row{"redis://cache.example.com/", at("cache.example.com")},
          Row{"redis://cache_1/15", at("cache_1", 6379, 15)},
          Row{"redis://:secret@host", as(at("host"), "", "secret")},
          Row{"redis://mta:s%40cr%2Fet@host:1/2", as(at("host", 1, 2), "mta", "s@cr/et")},
          Row{"unix:/run/redis.sock", local}, Row{"unix:/run/redis.sock?db=7", local7},
          Row{"unix:///run/redis.sock", local},
          Row{"unix://mta:secret@/run/redis.sock?db=7", as(local7, "mta", "secret")}}) {
        CAPTURE(row.text);
        const auto settings = parse_shared_store(row.text);
        REQUIRE(settings.has_value());
        REQUIRE(settings->has_value());
        CHECK(**settings == row.want);
    }
    CHECK(parse_shared_store("").value() == std::nullopt);
}

TEST_CASE("what is no Redis is refused, and its password shown to nobody") {
    for (const std::string text :
         {"localhost", "http://x:hunter2@host", "redis:/host", "redis://", "redis://hunter2@host",
          "redis://u:@host", "redis://u:hunter2%4@host", "redis://u:hunter2@", "redis://u:hunter2@ho st",
          "redis://u:hunter2@host:0", "redis://u:hunter2@host:70000", "redis://u:hunter2@host/x",
          "redis://u:hunter2@host/-1", "redis://u:hunter2@[::1", "unix:", "unix:run/redis.sock",
          "unix:/run/redis.sock?db=x", "unix://u:hunter2@run/redis.sock"}) {
        CAPTURE(text);
        const auto settings = parse_shared_store(text);
        REQUIRE(settings.has_error());
        CHECK(settings.error().message().find("allowed: ") != std::string::npos);
        CHECK(settings.error().message().find("hunter2") == std::string::npos);
    }
}

TEST_CASE("TLS to Redis is there, or refused with the reason") {
    const auto settings = parse_shared_store("rediss://host");
    CHECK(settings.has_value() == store::redis_has_tls);
    if (settings) CHECK((*settings)->tls);
    if (!settings) CHECK(settings.error().message().find("hiredis") != std::string::npos);
}

}  // namespace tlspolicy::config
