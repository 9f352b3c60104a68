#pragma once

#include "base/domain.hpp"
#include "base/error.hpp"
#include "base/ip_address.hpp"
#include "tls/certificate.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// What a fetch met on its way, for the verbs of `tlspolicy` that show it. The daemon does not look.
namespace tlspolicy::https {

/// How far an attempt came; what came furthest is worth reporting most.
enum class Stage : std::uint8_t {
    refused,      ///< by the address guard
    unreachable,  ///< no route from here
    connect,
    handshake,
    certificate,
    response,
    answered,  ///< a whole HTTP answer, though not a policy: no other address would do better
};

struct HeaderField {
    std::string name;  ///< as sent, printable
    std::string value;

    friend bool operator==(const HeaderField&, const HeaderField&) = default;
};

/// One GET at one address. What it did not come to is empty.
struct AttemptTrace {
    IpAddress address;
    std::string tls_version = {};  ///< "TLSv1.3"
    std::string cipher = {};
    tls::Chain chain = {};  ///< as presented, whether or not it was trusted
    unsigned http_status = 0;
    std::vector<HeaderField> fields = {};
    Stage reached = Stage::answered;
    bool timed_out = false;
    std::optional<Error> failure = {};  ///< nullopt: it brought the policy
    std::string body = {};              ///< that policy
};

/// The attempt that the outcome of a fetch speaks of: the one that brought the policy, else the first of
/// those that came furthest. Null: there was none.
const AttemptTrace* decisive(std::span<const AttemptTrace> attempts) noexcept;

/// Told of each attempt as it ends, on the network loop; of one that is cancelled, nothing.
class FetchObserver {
public:
    virtual ~FetchObserver() = default;
    virtual void attempted(const Domain& policy_domain, const AttemptTrace& attempt) = 0;
};

}  // namespace tlspolicy::https
