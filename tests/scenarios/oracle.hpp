#pragma once

#include "base/clock.hpp"
#include "postfix/map_options.hpp"
#include "sts/policy.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tlspolicy::scenarios {

/// Knows, apart from the engine, what was served to it, and so what it must at least answer: once a policy
/// that enforces was fetched, every answer until it expires is that policy's or a newer one's (RFC
/// 8461, 5.1).
class Oracle {
public:
    /// A fetch began.
    void asked_for(std::string_view domain, Time now);
    /// A policy host sent this; what is no valid policy changes nothing.
    void served(std::string_view domain, std::string_view body, Time now);
    /// The record was asked for; `answered`: with what the DNS says, be it that there is none.
    void looked_up(std::string_view domain, bool answered);
    /// The engine has said aloud that it cannot keep this domain.
    void not_kept(std::string_view domain);

    /// Why an answer may be to come again, whatever the domain publishes.
    struct Excuses {
        bool stopping = false;
        bool overloaded = false;
    };
    /// What is wrong with this answer; empty: nothing.
    std::string fault_of(std::string_view domain, const postfix::MapOptions& options, std::string_view answer,
                         Time now, Excuses excuses) const;

    std::vector<Time> fetches(std::string_view domain) const;

private:
    struct Served {
        sts::Policy policy;
        std::string answer;
        Time fetched;
        bool kept = true;

        Time expires() const { return fetched + policy.max_age; }
    };

    std::string fault_of_temp(std::string_view domain, const postfix::MapOptions& options,
                              std::string_view reason, bool bound, Excuses excuses) const;

    std::map<std::string, Served, std::less<>> served_;
    std::set<std::string, std::less<>> looked_up_;  ///< the last lookup of their record was answered
    std::map<std::string, std::vector<Time>, std::less<>> fetches_;
};

}  // namespace tlspolicy::scenarios
