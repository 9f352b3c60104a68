#pragma once

#include <string>

namespace tlspolicy {

/// Where the build was told that things are installed (GNUInstallDirs).
std::string default_config_file();      ///< "/etc/tlspolicyd/tlspolicyd.yaml"
std::string default_state_directory();  ///< "/var/lib/tlspolicyd"
std::string default_run_directory();    ///< "/run/tlspolicyd"

}  // namespace tlspolicy
