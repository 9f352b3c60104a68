#include "https/policy_response.hpp"

#include "fuzz/target.hpp"

#include <algorithm>
#include <cstring>
#include <string>

using namespace tlspolicy;
using namespace tlspolicy::https;
using tlspolicy::fuzz::invariant;

namespace {

constexpr std::size_t max_policy_size = 1024;

/// Nothing, or the words of the verdict: what a response came to.
struct Verdict {
    bool is_policy = false;
    std::string text;

    friend bool operator==(const Verdict&, const Verdict&) = default;
};

Verdict verdict_of(const PolicyResponse::Progress& progress) {
    if (const auto* policy = std::get_if<std::string>(&progress)) {
        invariant(policy->size() <= max_policy_size, "a policy keeps the limit");
        return {true, *policy};
    }
    const auto& bad = std::get<BadResponse>(progress);
    invariant(!bad.error.message().empty(), "a reason is given");
    invariant(bad.error.kind() == ErrorKind::fetch, "what is wrong with a response is a failed fetch");
    return {false, bad.error.message()};
}

Verdict read(std::string_view octets, std::size_t piece) {
    PolicyResponse response(max_policy_size);
    while (!octets.empty()) {
        const auto space = response.space();
        invariant(!space.empty(), "there is room while more is needed");
        const std::size_t count = std::min({space.size(), octets.size(), piece});
        std::memcpy(space.data(), octets.data(), count);
        octets.remove_prefix(count);
        const auto progress = response.received(count);
        if (!std::holds_alternative<NeedMore>(progress)) return verdict_of(progress);
    }
    const auto end = response.ended(PolicyResponse::Ending::close_notify);
    invariant(!std::holds_alternative<NeedMore>(end), "the end is the end");
    return verdict_of(end);
}

}  // namespace

/// The first octet says into what pieces the others come.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto octets = fuzz::as_text(data + 1, size - 1);
    const Verdict whole = read(octets, size);
    const Verdict pieces = read(octets, std::size_t{data[0]} + 1);
    invariant(whole.is_policy == pieces.is_policy, "pieces do not change the verdict");
    if (whole.is_policy) invariant(whole == pieces, "nor the policy");
    return 0;
}
