#pragma once

#include "engine/ports.hpp"

namespace tlspolicy::engine {

/// The records of an answer; null where there are none, or nobody knows.
template <class Records>
const Records* records_in(const DnsAnswer<Records>& answer) {
    return answer ? std::get_if<Records>(&*answer) : nullptr;
}

}  // namespace tlspolicy::engine
