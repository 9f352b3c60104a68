#pragma once

#include "base/clock.hpp"
#include "server/passed_sockets.hpp"

#include <string>
#include <string_view>
#include <vector>

/// systemd, or who else speaks its protocols (sd_notify(3), sd_listen_fds(3)), where it has started the
/// daemon and the build has libsystemd. Elsewhere nobody listens and nothing is passed. `status` is for
/// people: systemctl status shows it.
namespace tlspolicy::app::service_manager {

/// The start, or a reload, is done.
void tell_ready(std::string_view status);
void tell_reloading();
void tell_stopping(std::string_view status);
void tell_status(std::string_view status);
/// What its watchdog waits for.
void tell_alive();

/// The watchdog restarts the daemon when it hears nothing for this long; zero: there is none.
Duration watchdog_limit();

/// The caller owns the descriptors. To be called once, while there is one thread.
std::vector<server::PassedSocket> passed_sockets();

/// Whether systemd's journal can be written to.
bool has_journal();
/// One entry of "NAME=value" fields (sd_journal_sendv(3)). Safe from any thread.
void write_journal(const std::vector<std::string>& fields);

}  // namespace tlspolicy::app::service_manager
