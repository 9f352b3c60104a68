#pragma once

#include "base/error.hpp"

#include <string>

namespace tlspolicy::store {

/// Keeps a second daemon from a store's file for as long as it lives: two that set a damaged file aside, or
/// trust what they remember of it, would undo each other's work. An advisory lock on a file of its own,
/// because closing any descriptor of the database would end SQLite's locks on it.
class StoreLock {
public:
    enum class Refusal : std::uint8_t {
        held,    ///< by another process
        denied,  ///< the file cannot be made
    };
    static boost::system::result<StoreLock, Refusal> take(const std::string& path);

    StoreLock(StoreLock&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
    StoreLock& operator=(StoreLock&&) = delete;
    ~StoreLock();

private:
    explicit StoreLock(int descriptor) noexcept : descriptor_(descriptor) {}
    int descriptor_;
};

[[noreturn]] void throw_exception_from_error(StoreLock::Refusal refusal, const boost::source_location& where);

}  // namespace tlspolicy::store
