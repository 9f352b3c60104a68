#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "engine/observer.hpp"
#include "engine/settings.hpp"
#include "postfix/map_options.hpp"

#include <boost/assert/source_location.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlspolicy::fakes {
class ScriptedStore;
class ScriptedSharedStore;
}  // namespace tlspolicy::fakes

namespace tlspolicy::scenarios {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr hours day{24};
constexpr hours week{7 * 24};
constexpr hours year{365 * 24};

/// Policy bodies.
std::string enforce(std::string_view mx, seconds max_age = week);
std::string testing(std::string_view mx, seconds max_age = week);
std::string none(seconds max_age = week);

/// Answers, as World::ask() shows them.
inline const std::string not_found = "NOTFOUND";
std::string secure(std::string_view match);

/// Maps of those who would rather wait than be insecure, and of those who trust a policy in testing.
constexpr postfix::MapOptions strict{.on_dns_failure = postfix::MapOptions::OnDnsFailure::temp};
constexpr postfix::MapOptions enforcing_testing{.enforce_testing = true};

/// What goes wrong in one run of a story: its n-th step towards the network (a TXT lookup or a fetch).
struct Fault {
    enum class Kind : std::uint8_t {
        none,
        fails,     ///< that step fails at once
        silent,    ///< that step is never answered, and times out
        denied,    ///< NXDOMAIN for a record; a policy host's certificate is not valid
        spoilt,    ///< no data for a record; what a policy host serves is no policy
        all_fail,  ///< that step and all after it fail at once
    };
    Kind kind = Kind::none;
    std::size_t step = 0;
};

/// One lookup that may still wait.
struct Lookup {
    std::string domain;
    postfix::MapOptions options;
    Time asked;
    std::optional<std::string> answer;
};
using LookupPointer = std::shared_ptr<const Lookup>;

/// The engine, and around it a DNS, policy hosts, mail servers that ask, and time. Every answer is held
/// against the policies that were served (oracle.hpp) and against the deadline. What a story expects is
/// checked only in the run without a fault, by the functions that begin with `expect`.
class World {
public:
    using Where = boost::source_location;

    explicit World(const engine::Settings& settings = {}, Fault fault = {});
    World(const World&) = delete;
    World& operator=(const World&) = delete;
    ~World();

    // What domain owners publish, and attackers
    void record(std::string_view domain, std::string_view id, Duration ttl = minutes(1));
    void txt(std::string_view domain, std::vector<std::string> texts, Duration ttl = minutes(1));
    void nxdomain(std::string_view domain, std::optional<Duration> soa_minimum = std::nullopt);
    void no_data(std::string_view domain, std::optional<Duration> soa_minimum = std::nullopt);
    void dns_fails(std::string_view domain);
    void policy(std::string_view domain, std::string body);
    void policy_fails(std::string_view domain, ErrorKind kind, std::string message);

    /// From here on every step towards the network waits, until release() or its time-out.
    void hold();
    void release();
    /// The steps that are held go on; the next are held.
    void let_go();

    /// Goes on in steps of `step`, looking after everything at each; without one, in steps that suit the
    /// time.
    void advance(Duration by, std::optional<Duration> step = std::nullopt);

    /// The answer; time goes on while there is none.
    std::string ask(std::string_view domain, const postfix::MapOptions& options = {});
    LookupPointer ask_later(std::string_view domain, const postfix::MapOptions& options = {});

    // What an operator does
    /// What was known before and is after, "enforce id1 -> enforce id2"; "late" when it did not land in time.
    /// Time goes on until then.
    std::string refresh(std::string_view domain);
    /// The outcome when it has landed.
    std::shared_ptr<const std::optional<std::string>> refresh_later(std::string_view domain);
    /// "all", "nothing", or "enforced" where it was left.
    std::string forget(std::string_view domain);
    std::string forget_by_force(std::string_view domain);
    std::size_t forget_failed();

    void stop();

    /// The domain's entry leaves memory, as for want of room, before anything that is asked from here on
    /// runs.
    void leaves_memory(std::string_view domain);

    enum class Storage : std::uint8_t { own, shared, both };
    /// Begins anew with these stores, which are empty at first; without this call there are none.
    void use(Storage storage);
    /// The daemon ends and starts: only its own store remembers.
    void restart();
    /// Another daemon takes over, on another machine: only the shared store remembers.
    void restart_elsewhere();
    fakes::ScriptedStore& own_store();
    fakes::ScriptedSharedStore& shared_store();

    void expect(std::string_view domain, std::string_view answer, const postfix::MapOptions& options = {},
                Where where = BOOST_CURRENT_LOCATION);
    void expect_answer(const LookupPointer& lookup, std::string_view answer,
                       Where where = BOOST_CURRENT_LOCATION);
    void expect_waiting(std::size_t lookups, Where where = BOOST_CURRENT_LOCATION);
    void expect_fetches(std::string_view domain, std::size_t count, Where where = BOOST_CURRENT_LOCATION);
    void expect_queries(std::string_view domain, std::size_t count, Where where = BOOST_CURRENT_LOCATION);
    /// That so many events began with these words, e.g. "learned example.com enforce".
    void expect_told(std::string_view words, std::size_t count, Where where = BOOST_CURRENT_LOCATION);
    void expect_answers(engine::Source source, std::size_t count, Where where = BOOST_CURRENT_LOCATION);
    void expect_entries(std::size_t count, Where where = BOOST_CURRENT_LOCATION);
    /// For what the others do not say.
    void expect_that(bool condition, std::string_view what, Where where = BOOST_CURRENT_LOCATION);

    /// When this domain's policy was fetched, since the beginning.
    std::vector<Duration> fetch_times(std::string_view domain) const;

    /// Stops, and checks that everybody was answered and nothing is left.
    void finish();
    std::size_t steps() const;
    /// Steps towards the network that are held up at this moment.
    std::size_t steps_held() const;
    /// All that the engine told, a line an event.
    std::string trace() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

using Story = std::function<void(World&)>;

/// Tells the story, then again with each of its steps failing, in each way.
void play(const Story& story, const engine::Settings& settings = {});
/// Tells it once, where the steps are too many or what fails is the story itself.
void play_once(const Story& story, const engine::Settings& settings = {});

}  // namespace tlspolicy::scenarios
