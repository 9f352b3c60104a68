#include "app/file_limit.hpp"

#include <algorithm>
#include <sys/resource.h>

namespace tlspolicy::app {

std::size_t raise_file_limit(std::size_t wanted) noexcept {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
    if (limit.rlim_cur >= wanted) return limit.rlim_cur;
    rlimit raised = limit;
    raised.rlim_cur = wanted;
    raised.rlim_max = std::max(limit.rlim_max, raised.rlim_cur);  // root may raise the hard limit too
    if (::setrlimit(RLIMIT_NOFILE, &raised) != 0) {
        raised = limit;
        raised.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
        if (::setrlimit(RLIMIT_NOFILE, &raised) != 0) return limit.rlim_cur;
    }
    return raised.rlim_cur;
}

}  // namespace tlspolicy::app
