#pragma once

#include "base/error.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

namespace tlspolicy::store {

/// The numeric addresses of a host by getaddrinfo(3), the system's own way: /etc/hosts counts, and whatever
/// else stands in nsswitch.conf. That cannot be interrupted, so it runs on a thread that nobody waits for,
/// not even the end of the process. Used on the executor's loop.
boost::asio::awaitable<Result<std::vector<std::string>>> look_up_name(boost::asio::any_io_executor executor,
                                                                      std::string host);

}  // namespace tlspolicy::store
