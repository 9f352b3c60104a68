#include "dns/defuse.hpp"

#include "dns/wire.hpp"

#include <algorithm>

namespace tlspolicy::dns {

std::size_t defuse(std::span<std::uint8_t> datagram) {
    constexpr std::size_t header = 12;
    constexpr std::uint8_t truncated = 0x02;  // TC, in the third octet
    if (parse_reply(datagram)) return datagram.size();
    if (datagram.size() < header) return 0;
    datagram[2] |= truncated;
    if (!parse_reply(datagram)) return 0;
    std::size_t at = header;
    while (datagram[at] != 0) {
        if (datagram[at] > 63) return 0;  // a compressed question: nobody sends one
        at += datagram[at] + 1U;
    }
    std::fill(datagram.begin() + 6, datagram.begin() + header, std::uint8_t{0});  // the counts of records
    return at + 1 + 4;                                                            // the root, type and class
}

}  // namespace tlspolicy::dns
