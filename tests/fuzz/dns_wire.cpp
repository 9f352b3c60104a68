#include "dns/follow.hpp"
#include "dns/wire.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tlspolicy::dns;
    auto reply = parse_reply(std::span(data, size));
    if (!reply) {
        if (reply.error().message().empty()) std::abort();
        return 0;
    }
    // Each record costs at least eleven octets, so nothing grows beyond its message.
    if (reply->answers.size() > size / 11) std::abort();
    const Question question = reply->question;
    const auto outcome = follow(std::move(*reply), question);
    if (outcome)
        if (const auto* found = std::get_if<Found>(&*outcome); found != nullptr && found->records.empty())
            std::abort();
    return 0;
}
