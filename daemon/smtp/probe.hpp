#pragma once

#include "base/error.hpp"
#include "base/ip_address.hpp"
#include "smtp/settings.hpp"
#include "tls/certificate.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <openssl/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace tlspolicy::smtp {

/// How far a probe came.
enum class Step : std::uint8_t {
    not_from_here,  ///< this machine did not even try: a local firewall, no more file descriptors
    unreachable,    ///< no route from here
    timed_out,      ///< no connection in time: nobody there, or port 25 is closed on the way
    refused,        ///< the host said no: nobody listens, or a firewall speaks for it
    greeting,       ///< connected, but no SMTP server greets
    ehlo,
    no_starttls,  ///< EHLO does not offer it
    starttls,     ///< offered, but then not done
    handshake,
    done,
};

/// What a connection means that was not made: `error` is why.
Step step_of(const boost::system::error_code& error) noexcept;

/// What one mail server says of its TLS.
struct Probed {
    Step step = Step::done;
    std::optional<Error> failure = {};  ///< nullopt with `done` and `no_starttls`
    std::string tls_version = {};       ///< "TLSv1.3"
    std::string cipher = {};
    tls::Chain chain = {};  ///< as presented; whether it is to be trusted is for others to judge
};

/// Connects to a mail server as a sender would, asks for STARTTLS, looks at its certificates and leaves with
/// QUIT. It takes any certificate and any version of TLS, because it is there to tell of them; it never sends
/// mail. `context` gives the rest of how TLS is spoken. Everything a server sends is bounded.
boost::asio::awaitable<Probed> probe(boost::asio::any_io_executor network, std::shared_ptr<SSL_CTX> context,
                                     Settings settings, std::string host, IpAddress address);

}  // namespace tlspolicy::smtp
