#include "store/store_lock.hpp"

#include <fcntl.h>
#include <stdexcept>
#include <sys/file.h>
#include <unistd.h>

namespace tlspolicy::store {

boost::system::result<StoreLock, StoreLock::Refusal> StoreLock::take(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (descriptor < 0) return Refusal::denied;
    StoreLock lock(descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) return Refusal::held;
    return lock;
}

StoreLock::~StoreLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void throw_exception_from_error(StoreLock::Refusal /*refusal*/, const boost::source_location& /*where*/) {
    throw std::logic_error("the store's lock was not taken");
}

}  // namespace tlspolicy::store
