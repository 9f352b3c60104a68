#pragma once

#include "base/domain.hpp"
#include "cache/entry.hpp"
#include "cache/policy_pool.hpp"
#include "engine/learning.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// States, records and outcomes that the tables of this folder are made of.
namespace tlspolicy::engine::samples {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Time now{hours(1000)};

inline Domain domain() {
    return Domain::parse("example.com").value();
}

inline std::shared_ptr<const cache::KnownPolicy> policy(std::string_view mode, seconds max_age = hours(48),
                                                        std::string_view mx = "mx.example.com") {
    std::string body =
        "version: STSv1\nmode: " + std::string(mode) + "\nmax_age: " + std::to_string(max_age.count()) + "\n";
    if (!mx.empty()) body += "mx: " + std::string(mx) + "\n";
    static cache::PolicyPool pool;  // so that two samples alike are one policy
    return pool.intern(std::move(body)).value();
}

inline const std::string plain_answer = "secure match=mx.example.com servername=hostname";

/// Fetched an hour ago under id "id1", good for a day more, neither recheck nor refresh due.
inline cache::Cached cached(std::string_view mode = "enforce") {
    cache::Cached state{policy(mode)};
    state.id = "id1";
    state.fetched = now - hours(1);
    state.expires = now + hours(24);
    state.recheck = now + minutes(1);
    state.refresh = now + hours(10);
    return state;
}

inline cache::Failure failure(ErrorKind kind, std::string_view id, Duration retry_in, unsigned count = 1) {
    cache::Failure failed{Error(kind, "it broke")};
    failed.id = id;
    failed.retry = now + retry_in;
    failed.count = count;
    return failed;
}

inline cache::Cached with_failure(cache::Cached state, cache::Failure failed) {
    state.failure = std::make_shared<const cache::Failure>(std::move(failed));
    return state;
}

inline RecordOutcome found(std::string_view id, Duration ttl = minutes(2)) {
    RecordFound record;
    record.record.id = id;
    record.ttl = ttl;
    return record;
}
inline RecordOutcome absent(std::optional<Duration> ttl = std::nullopt) {
    RecordAbsent record;
    record.ttl = ttl;
    record.why = "NXDOMAIN";
    return record;
}
inline RecordOutcome unanswered() {
    return Error(ErrorKind::dns, "SERVFAIL");
}

inline Outcome no_fetch(RecordOutcome record) {
    Outcome outcome;
    outcome.record = std::move(record);
    return outcome;
}
inline Outcome fetched(RecordOutcome record, std::shared_ptr<const cache::KnownPolicy> what) {
    Outcome outcome = no_fetch(std::move(record));
    outcome.policy = Result<std::shared_ptr<const cache::KnownPolicy>>(std::move(what));
    return outcome;
}
inline Outcome not_fetched(RecordOutcome record, ErrorKind kind = ErrorKind::fetch) {
    Outcome outcome = no_fetch(std::move(record));
    outcome.policy = Result<std::shared_ptr<const cache::KnownPolicy>>(Error(kind, "HTTP status 404"));
    return outcome;
}

}  // namespace tlspolicy::engine::samples
