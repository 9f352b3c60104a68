#include "base/error.hpp"

#include <stdexcept>

namespace tlspolicy {

std::string_view name_of(ErrorKind kind) noexcept {
    switch (kind) {
        case ErrorKind::syntax:
            return "syntax";
        case ErrorKind::dns:
            return "dns";
        case ErrorKind::fetch:
            return "fetch";
        case ErrorKind::webpki:
            return "webpki";
        case ErrorKind::invalid:
            return "invalid";
        case ErrorKind::system:
            return "system";
    }
    return "unknown";
}

Error Error::in(std::string_view context) const {
    std::string message;
    message.reserve(context.size() + 2 + message_.size());
    message.append(context).append(": ").append(message_);
    return {kind_, std::move(message)};
}

void throw_exception_from_error(const Error& error, const boost::source_location& where) {
    throw std::logic_error(std::string("value() of a failure at ") + where.file_name() + ':'
                           + std::to_string(where.line()) + ": " + error.message());
}

std::string words_of(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& exception) {
        return exception.what();
    } catch (...) {
        return "an exception of unknown type";
    }
}

}  // namespace tlspolicy
