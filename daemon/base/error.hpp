#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

namespace tlspolicy {

/// What kind of thing failed. `fetch`, `webpki` and `invalid` are the classes that RFC 8460, 4.3 reports as
/// sts-policy-fetch-error, sts-webpki-invalid and sts-policy-invalid.
enum class ErrorKind : std::uint8_t {
    syntax,   ///< text that does not follow its grammar
    dns,      ///< a lookup without a definite result: SERVFAIL, REFUSED, time-out, malformed answer
    fetch,    ///< the policy could not be fetched: address, connect, time-out, HTTP status, media type, size
    webpki,   ///< the policy host's certificate: chain, name, dates
    invalid,  ///< the policy was fetched, but is not valid
    system,   ///< the operating system refused: file, socket, limit
};

/// The name under which logs and counters show a kind.
std::string_view name_of(ErrorKind kind) noexcept;

/// An expected failure, for people: a kind, and a message that gains context on its way up
/// ("policy for example.com: HTTP status 404"). A value; reported once, by whoever decides.
class Error {
public:
    Error() = default;
    Error(ErrorKind kind, std::string message) : message_(std::move(message)), kind_(kind) {}

    ErrorKind kind() const noexcept { return kind_; }
    const std::string& message() const noexcept { return message_; }

    /// The same failure seen from one step further up: "<context>: <message>".
    Error in(std::string_view context) const;
    /// The same message under another kind, where the consumer classes it differently.
    Error as(ErrorKind kind) const { return {kind, message_}; }

    friend bool operator==(const Error&, const Error&) = default;

private:
    std::string message_;
    ErrorKind kind_ = ErrorKind::system;
};

/// What an exception says, for those who go on without whatever it ended.
std::string words_of(const std::exception_ptr& failure);

template <class T>
using Result = boost::system::result<T, Error>;

/// Found by argument-dependent lookup when `.value()` is asked of a failure: that is a bug, not a condition.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

}  // namespace tlspolicy
