#pragma once

#include "base/error.hpp"
#include "base/wall_clock.hpp"
#include "sts/policy.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a domain has to publish for MTA-STS and TLS reports, as texts. Pure.
namespace tlspolicy::cli {

/// What the operator wants, and what is published now.
struct Wish {
    std::string domain;
    sts::Mode mode = sts::Mode::testing;
    std::chrono::seconds max_age{604'800};
    std::vector<std::string> mx = {};   ///< patterns, as in the policy
    std::vector<std::string> rua = {};  ///< where TLS reports go; empty: none asked for
    WallTime now{};
    std::optional<std::string> id_now = {};      ///< nullopt: no valid record
    std::optional<std::string> policy_now = {};  ///< nullopt: none could be fetched
    /// The TXT records that are meant for it; nullopt: they could not be looked up.
    std::optional<std::vector<std::string>> records_now = std::vector<std::string>();
    std::optional<std::vector<std::string>> report_records_now = std::vector<std::string>();
};

struct Publication {
    std::string policy;         ///< the file, CRLF line ends
    std::string id;             ///< other than the one that is published
    std::string record;         ///< for _mta-sts.DOMAIN
    std::string report_record;  ///< for _smtp._tls.DOMAIN; empty: none
};

/// Fails for a pattern or a URI that is none, without a mail host, and with a max_age that no policy may
/// have.
Result<Publication> compose(const Wish& wish);

/// A time as an id, "20260131120000"; other than `published`, and later where that is a time.
std::string fresh_id(WallTime now, const std::optional<std::string>& published);

/// Lines that go ("-"), come ("+") and stay (" "), in the order of the new text, what goes where it stood;
/// empty where nothing changes.
std::string difference(std::string_view before, std::string_view after);

/// The same for the TXT records, as lines of a zone file; those that may stay as they are do not count.
std::string difference_of_records(const Wish& wish, const Publication& publication);

/// All of it for people: policy, records, web servers, the order of steps, the difference.
std::string instructions(const Wish& wish, const Publication& publication);

}  // namespace tlspolicy::cli
