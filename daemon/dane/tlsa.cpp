#include "dane/tlsa.hpp"

#include <cstddef>

namespace tlspolicy::dane {

bool is_usable(const Tlsa& record) noexcept {
    constexpr std::uint8_t dane_ta = 2;
    constexpr std::uint8_t dane_ee = 3;
    constexpr std::uint8_t subject_public_key_info = 1;
    constexpr std::size_t sha256_size = 32;
    constexpr std::size_t sha512_size = 64;

    if (record.usage != dane_ta && record.usage != dane_ee) return false;
    if (record.selector > subject_public_key_info) return false;
    switch (record.matching_type) {
        case 0:  // the certificate or the key itself
            return !record.data.empty();
        case 1:
            return record.data.size() == sha256_size;
        case 2:
            return record.data.size() == sha512_size;
        default:
            return false;
    }
}

}  // namespace tlspolicy::dane
