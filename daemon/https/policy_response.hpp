#pragma once

#include "base/error.hpp"
#include "https/fetch_trace.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace tlspolicy::https {

/// The whole response has not come yet.
struct NeedMore {};

struct BadResponse {
    /// Whether another address of the host might do better: not where this one gave a whole HTTP answer.
    enum class Verdict : std::uint8_t { broken, answered };
    Verdict verdict = Verdict::broken;
    Error error;
};

/// The HTTP response to the GET of a policy, read from octets and judged (STS-22 to STS-24): status 200,
/// text/plain, no coding, at most so many octets of body. Knows no socket.
class PolicyResponse {
public:
    /// The body is the policy.
    using Progress = std::variant<NeedMore, std::string, BadResponse>;
    enum class Ending : std::uint8_t { close_notify, abrupt };

    explicit PolicyResponse(std::size_t max_policy_size);
    ~PolicyResponse();
    PolicyResponse(PolicyResponse&&) noexcept;
    PolicyResponse& operator=(PolicyResponse&&) noexcept;

    /// Where the next octets go, never empty while more is needed.
    std::span<char> space() noexcept;
    /// So many octets were put at the start of space(). To be called until it says something else than
    /// NeedMore, and not again.
    Progress received(std::size_t count);
    /// The connection has ended while more was needed.
    Progress ended(Ending how);

    /// The status and the header fields of the response; 0 and none until all of them have come.
    unsigned status() const;
    std::vector<HeaderField> fields() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tlspolicy::https
