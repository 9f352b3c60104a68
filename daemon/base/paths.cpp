#include "base/paths.hpp"

namespace tlspolicy {

std::string default_config_file() {
    return TLSPOLICY_SYSCONFDIR "/tlspolicyd/tlspolicyd.yaml";
}

std::string default_state_directory() {
    return TLSPOLICY_LOCALSTATEDIR "/lib/tlspolicyd";
}

std::string default_run_directory() {
    return TLSPOLICY_RUNSTATEDIR "/tlspolicyd";
}

}  // namespace tlspolicy
