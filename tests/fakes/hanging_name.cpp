#include "fakes/hanging_name.hpp"

#include <chrono>
#include <condition_variable>
#include <dlfcn.h>
#include <mutex>
#include <netdb.h>

namespace tlspolicy::fakes {
namespace {

std::mutex mutex;
std::condition_variable changed;
bool hangs = false;
int waiting = 0;

void hang() {
    std::unique_lock lock(mutex);
    ++waiting;
    changed.wait_for(lock, std::chrono::seconds(20), [] { return !hangs; });  // or a failure hangs, too
    --waiting;
    changed.notify_all();
}

}  // namespace

HangingName::HangingName() {
    const std::lock_guard lock(mutex);
    hangs = true;
}

HangingName::~HangingName() {
    std::unique_lock lock(mutex);
    hangs = false;
    changed.notify_all();
    changed.wait(lock, [] { return waiting == 0; });
}

int HangingName::held_up() const {
    const std::lock_guard lock(mutex);
    return waiting;
}

}  // namespace tlspolicy::fakes

// In the place of the library's own, which it calls.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints, addrinfo** result) {
    if (name != nullptr && name == tlspolicy::fakes::HangingName::host) {
        tlspolicy::fakes::hang();
        return EAI_NONAME;
    }
    using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
    static const auto library = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    return library(name, service, hints, result);
}
