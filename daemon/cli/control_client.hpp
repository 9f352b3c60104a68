#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace tlspolicy::cli {

/// What the daemon said: an HTTP status and the JSON object that came with it.
struct ControlReply {
    unsigned status = 0;
    boost::json::object body = {};
};

/// One request to the running daemon over its control socket, HTTP and JSON; returns when it has been
/// answered, or after `limit`. `method`: "GET" or "POST". Failures say what to do.
Result<ControlReply> ask_daemon(const std::string& socket, std::string_view method, const std::string& target,
                                Duration limit);

}  // namespace tlspolicy::cli
