#include "base/version.hpp"

namespace tlspolicy {

std::string_view version() noexcept {
    return TLSPOLICY_VERSION;
}

}  // namespace tlspolicy
