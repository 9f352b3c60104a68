#include "cli/verbs.hpp"

#include "cli/bulk.hpp"
#include "cli/check.hpp"
#include "cli/doctor.hpp"
#include "cli/explain.hpp"
#include "cli/forget.hpp"
#include "cli/list.hpp"
#include "cli/log_level.hpp"
#include "cli/publish.hpp"
#include "cli/refresh.hpp"
#include "cli/reload.hpp"
#include "cli/show.hpp"
#include "cli/status.hpp"

namespace tlspolicy::cli {
namespace {

template <class Kind>
std::unique_ptr<Verb> make() {
    return std::make_unique<Kind>();
}

constexpr Offer offers[] = {
    {"explain", "Why a domain gets its answers: everything the daemon looks at", make<Explain>},
    {"bulk", "The answers for a list of names, and how they differ from another server's", make<Bulk>},
    {"status", "How the running daemon does", make<Status>},
    {"show", "Everything that the daemon knows of a domain", make<Show>},
    {"list", "The domains of which the daemon knows something", make<List>},
    {"refresh", "Have the daemon look at a domain again, now", make<Refresh>},
    {"forget", "Have the daemon forget a domain, or all failures", make<Forget>},
    {"reload", "Have the daemon read its configuration again", make<Reload>},
    {"log-level", "Change how much the daemon logs", make<LogLevel>},
    {"check", "How a domain that receives mail stands with MTA-STS, DANE and TLS reports", make<Check>},
    {"publish", "What a domain that receives mail has to publish, and in which order", make<Publish>},
    {"doctor", "Whether Postfix, the daemon and this machine work together, and what to do", make<Doctor>},
};

}  // namespace

std::span<const Offer> verbs() {
    return offers;
}

}  // namespace tlspolicy::cli
