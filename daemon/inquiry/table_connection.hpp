#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/system/error_code.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace tlspolicy::inquiry {

/// What has come so far, read as the first message of a server: nullopt, not all of it is there; an error, it
/// can never become one.
using Decode = std::optional<Result<std::string>> (*)(std::string_view received);

/// A netstring.
std::optional<Result<std::string>> socketmap_reply(std::string_view received);
/// A line.
std::optional<Result<std::string>> tcp_table_reply(std::string_view received);

/// A connection to a server of lookups, socketmap or tcp_table. One question at a time.
class TableConnection {
public:
    using Endpoint = boost::asio::generic::stream_protocol::endpoint;

    explicit TableConnection(const boost::asio::any_io_executor& executor) : stream_(executor) {}

    boost::asio::awaitable<boost::system::error_code> connect(Endpoint endpoint, Duration limit);

    /// What came in answer to a request.
    struct Heard {
        std::optional<Result<std::string>> message = {};
        std::string received = {};             ///< what there was, where that is no message
        boost::system::error_code ended = {};  ///< why no more came
        bool late = false;                     ///< ... within the limit
    };
    boost::asio::awaitable<Heard> ask(std::string request, Decode decode, Duration limit);

private:
    boost::beast::basic_stream<boost::asio::generic::stream_protocol> stream_;
};

}  // namespace tlspolicy::inquiry
