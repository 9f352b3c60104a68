#include "https/fetch_trace.hpp"

namespace tlspolicy::https {

const AttemptTrace* decisive(std::span<const AttemptTrace> attempts) noexcept {
    const AttemptTrace* furthest = nullptr;
    for (const AttemptTrace& attempt : attempts) {
        if (!attempt.failure) return &attempt;
        if (furthest == nullptr || attempt.reached > furthest->reached) furthest = &attempt;
    }
    return furthest;
}

}  // namespace tlspolicy::https
