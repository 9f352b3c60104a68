#include "dns/query_ids.hpp"

#include <openssl/rand.h>

#include <stdexcept>

namespace tlspolicy::dns {

std::uint16_t QueryIds::next() {
    if (left_ == 0) {
        if (RAND_bytes(reinterpret_cast<unsigned char*>(ids_.data()), sizeof ids_) != 1)
            throw std::runtime_error("the system gives no random numbers");
        left_ = ids_.size();
    }
    return ids_[--left_];
}

}  // namespace tlspolicy::dns
