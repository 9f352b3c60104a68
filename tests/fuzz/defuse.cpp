#include "dns/defuse.hpp"

#include "dns/wire.hpp"
#include "fuzz/target.hpp"

#include <algorithm>
#include <span>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using tlspolicy::fuzz::invariant;
    using namespace tlspolicy::dns;
    const std::vector<std::uint8_t> received(data, data + size);
    auto datagram = received;
    const std::size_t left = defuse(datagram);
    invariant(left <= size, "it grows");
    if (parse_reply(received)) {
        invariant(left == size && datagram == received, "a well-formed answer is changed");
        return 0;
    }
    if (left == 0) return 0;
    const auto rest = std::span(datagram).first(left);
    const auto reply = parse_reply(rest);
    invariant(reply.has_value(), "what is left is malformed");
    invariant(reply->truncated && reply->answers.empty(), "what is left is an answer");
    invariant(std::count(rest.begin() + 6, rest.begin() + 12, 0) == 6, "records are promised");
    invariant(std::equal(rest.begin(), rest.begin() + 2, received.begin()),
              "what is left answers another query");
    invariant(std::equal(rest.begin() + 12, rest.end(), received.begin() + 12), "the question is another");
    return 0;
}
