#include "world.hpp"

#include "cache/policy_cache.hpp"
#include "engine/policy_engine.hpp"
#include "fakes/recording_observer.hpp"
#include "fakes/scripted_store.hpp"
#include "gate.hpp"
#include "oracle.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

namespace tlspolicy::scenarios {
namespace {

namespace asio = boost::asio;

constexpr std::uint64_t seed = 7;
constexpr milliseconds asking_step{250};  // the daemon's own tick

std::string body(std::string_view mode, std::string_view mx, seconds max_age) {
    std::string text = "version: STSv1\nmode: " + std::string(mode) + "\n";
    if (!mx.empty()) text += "mx: " + std::string(mx) + "\n";
    return text + "max_age: " + std::to_string(max_age.count()) + "\n";
}

std::string record_name(std::string_view domain) {
    return "_mta-sts." + std::string(domain);
}

std::string shown(const postfix::Answer& answer) {
    if (const auto* found = std::get_if<postfix::Found>(&answer)) return std::string(found->text->plain());
    if (const auto* temp = std::get_if<postfix::Temp>(&answer)) return "TEMP " + temp->reason;
    return std::holds_alternative<postfix::NotFound>(answer) ? not_found : "PERM";
}

/// A domain that the engine cannot keep, as it says, is not held against it.
class Listener final : public fakes::RecordingObserver {
public:
    explicit Listener(Oracle& oracle) : oracle_(oracle) {}
    void on_event(const engine::Event& event) override {
        RecordingObserver::on_event(event);
        if (const auto* full = std::get_if<engine::CacheFull>(&event)) oracle_.not_kept(full->domain.text());
    }

private:
    Oracle& oracle_;
};

std::string shown(const cache::StsState& state) {
    if (const auto* cached = std::get_if<cache::Cached>(&state))
        return std::string(sts::name_of(cached->policy->policy.mode)) + ' ' + cached->id;
    if (std::holds_alternative<cache::NoRecord>(state)) return "no record";
    return std::holds_alternative<cache::Unavailable>(state) ? "unavailable" : "unknown";
}

std::string shown(const engine::PolicyEngine::Forgetting& done) {
    constexpr std::array<std::string_view, 4> names{"nothing", "all", "enforced", "unclear"};
    std::string text(names.at(static_cast<std::size_t>(done.outcome)));
    if (!done.unasked.empty()) text += "; " + done.unasked;
    return text;
}

}  // namespace

std::string enforce(std::string_view mx, seconds max_age) {
    return body("enforce", mx, max_age);
}
std::string testing(std::string_view mx, seconds max_age) {
    return body("testing", mx, max_age);
}
std::string none(seconds max_age) {
    return body("none", "", max_age);
}
std::string secure(std::string_view match) {
    return "secure match=" + std::string(match) + " servername=hostname";
}

struct World::Parts {
    Parts(const engine::Settings& with, Fault goes_wrong) : settings(with), fault(goes_wrong) { start(); }

    engine::Settings settings;
    Fault fault;
    asio::io_context loop{1};
    asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(loop);
    fakes::ManualClock clock;
    const Time beginning = clock.now();
    Oracle oracle;
    Listener observer{oracle};
    fakes::ScriptedDns dns;
    fakes::ScriptedFetcher hosts;
    Gate gate{loop.get_executor(), clock, fault};
    GatedDns gated_dns{gate, dns, oracle};
    GatedFetcher gated_hosts{gate, hosts, oracle, clock};
    fakes::ScriptedStore own;
    fakes::ScriptedSharedStore shared;
    engine::Stores stores;
    std::optional<cache::PolicyCache> cache_;
    std::optional<engine::PolicyEngine> engine_;
    Duration step = asking_step;
    std::size_t unanswered = 0;
    bool stopped = false;

    cache::PolicyCache& cache() { return *cache_; }
    engine::PolicyEngine& engine() { return *engine_; }

    void start() {
        stopped = false;
        cache_.emplace(settings.max_entries, seed);
        engine_.emplace(loop.get_executor(), *cache_, gated_dns, gated_hosts, clock, observer, settings, seed,
                        stores);
    }
    void stop() {
        if (std::exchange(stopped, true)) return;
        engine().stop();
        loop.poll();
    }
    void restart() {
        stop();
        REQUIRE(engine().idle());
        engine_.reset();
        start();
    }

    bool sound() const noexcept { return fault.kind == Fault::Kind::none; }

    void answered(Lookup& lookup, const postfix::Answer& answer) {
        --unanswered;
        lookup.answer = shown(answer);
        const bool busy = std::max(unanswered, gate.waiting()) >= settings.max_waiting;
        const std::string wrong = oracle.fault_of(lookup.domain, lookup.options, *lookup.answer, clock.now(),
                                                  {.stopping = stopped, .overloaded = busy});
        CAPTURE(lookup.domain);
        CAPTURE(*lookup.answer);
        CHECK(wrong.empty());
        if (!wrong.empty()) MESSAGE(wrong);
        CHECK(clock.now() - lookup.asked <= settings.answer_deadline + step);  // MAP-4
    }

    /// Runs an operation that waits for nothing but the loop.
    template <class T>
    T complete(asio::awaitable<T> operation) {
        std::optional<T> result;
        asio::co_spawn(loop, std::move(operation), [&](const std::exception_ptr& failure, T value) {
            if (!failure) result = value;
        });
        loop.poll();
        REQUIRE(result.has_value());
        return *result;
    }

    void step_on(Duration by) {
        step = by;
        clock.advance(by);
        gate.time_out();
        if (!stopped) engine().tick();
        loop.poll();
    }
};

World::World(const engine::Settings& settings, Fault fault)
    : parts_(std::make_unique<Parts>(settings, fault)) {}

World::~World() {
    stop();
}

void World::record(std::string_view domain, std::string_view id, Duration ttl) {
    txt(domain, {"v=STSv1; id=" + std::string(id) + ";"}, ttl);
}
void World::txt(std::string_view domain, std::vector<std::string> texts, Duration ttl) {
    parts_->dns.set_txt(record_name(domain), std::move(texts), ttl);
}
void World::nxdomain(std::string_view domain, std::optional<Duration> soa_minimum) {
    parts_->dns.no_txt(record_name(domain), {engine::Absent::Why::nxdomain, soa_minimum});
}
void World::no_data(std::string_view domain, std::optional<Duration> soa_minimum) {
    parts_->dns.no_txt(record_name(domain), {engine::Absent::Why::nodata, soa_minimum});
}
void World::dns_fails(std::string_view domain) {
    parts_->dns.fail_txt(record_name(domain));
}
void World::policy(std::string_view domain, std::string body) {
    parts_->hosts.set(domain, std::move(body));
}
void World::policy_fails(std::string_view domain, ErrorKind kind, std::string message) {
    parts_->hosts.set(domain, Error(kind, std::move(message)));
}

void World::hold() {
    parts_->gate.hold();
}
void World::release() {
    parts_->gate.release();
    parts_->loop.poll();
}

void World::let_go() {
    parts_->gate.let_go();
    parts_->loop.poll();
}

void World::advance(Duration by, std::optional<Duration> step) {
    const Duration suitable = by <= minutes(10) ? seconds(1) : by <= day ? seconds(10) : minutes(1);
    const Duration each = step.value_or(suitable);
    for (; by >= each; by -= each)
        parts_->step_on(each);
    if (by.count() > 0) parts_->step_on(by);
}

LookupPointer World::ask_later(std::string_view domain, const postfix::MapOptions& options) {
    auto lookup = std::make_shared<Lookup>(Lookup{std::string(domain), options, parts_->clock.now(), {}});
    const Domain asked = Domain::parse(domain).value();
    ++parts_->unanswered;
    if (const auto answer = parts_->engine().cached(asked.text(), options)) {
        parts_->answered(*lookup, *answer);
    } else {
        parts_->engine().ask(asked, options, [parts = parts_.get(), lookup](const postfix::Answer& given) {
            parts->answered(*lookup, given);
        });
    }
    parts_->loop.poll();
    return lookup;
}

std::string World::ask(std::string_view domain, const postfix::MapOptions& options) {
    const auto lookup = ask_later(domain, options);
    const Time end = parts_->clock.now() + parts_->settings.answer_deadline + seconds(2);
    while (!lookup->answer && parts_->clock.now() < end)
        parts_->step_on(asking_step);
    REQUIRE(lookup->answer.has_value());  // MAP-4
    return *lookup->answer;
}

std::shared_ptr<const std::optional<std::string>> World::refresh_later(std::string_view domain) {
    auto outcome = std::make_shared<std::optional<std::string>>();
    const auto landed = [outcome](const std::optional<engine::Refreshed>& refreshed) {
        *outcome = refreshed ? shown(refreshed->before) + " -> " + shown(refreshed->after) : "late";
    };
    parts_->engine().refresh(engine::DaneTarget::of(Domain::parse(domain).value()), landed);
    parts_->loop.poll();
    return outcome;
}

std::string World::refresh(std::string_view domain) {
    const auto outcome = refresh_later(domain);
    const Time end = parts_->clock.now() + parts_->settings.answer_deadline + seconds(2);
    while (!*outcome && parts_->clock.now() < end)
        parts_->step_on(asking_step);
    REQUIRE(outcome->has_value());
    return **outcome;
}

std::string World::forget(std::string_view domain) {
    const auto target = engine::DaneTarget::of(Domain::parse(domain).value());
    return shown(parts_->complete(parts_->engine().forget(target, engine::PolicyEngine::Force::no)));
}

std::string World::forget_by_force(std::string_view domain) {
    parts_->oracle.not_kept(domain);
    const auto target = engine::DaneTarget::of(Domain::parse(domain).value());
    return shown(parts_->complete(parts_->engine().forget(target, engine::PolicyEngine::Force::yes)));
}

std::size_t World::forget_failed() {
    return parts_->complete(parts_->engine().forget_failed());
}

void World::stop() {
    parts_->stop();
}

void World::leaves_memory(std::string_view domain) {
    asio::post(parts_->loop, [this, name = std::string(domain)] { parts_->cache().erase(name); });
}

void World::use(Storage storage) {
    parts_->stores = {storage == Storage::shared ? nullptr : &parts_->own,
                      storage == Storage::own ? nullptr : &parts_->shared};
    parts_->restart();
}
void World::restart() {
    parts_->restart();
}
void World::restart_elsewhere() {
    parts_->own.begin_anew();
    parts_->restart();
}
fakes::ScriptedStore& World::own_store() {
    return parts_->own;
}
fakes::ScriptedSharedStore& World::shared_store() {
    return parts_->shared;
}

void World::finish() {
    stop();
    CHECK(parts_->engine().idle());
    CHECK(parts_->engine().waiting() == 0);
    CHECK(parts_->unanswered == 0);
}

void World::expect_that(bool condition, std::string_view what, Where where) {
    if (!parts_->sound()) return;
    const std::string place = std::string(where.file_name()) + ":" + std::to_string(where.line());
    CAPTURE(place);
    CAPTURE(what);
    CHECK(condition);
}

void World::expect(std::string_view domain, std::string_view answer, const postfix::MapOptions& options,
                   Where where) {
    const std::string given = ask(domain, options);
    expect_that(given == answer, std::string(domain) + " is answered " + given, where);
}
void World::expect_answer(const LookupPointer& lookup, std::string_view answer, Where where) {
    expect_that(lookup->answer == answer,
                lookup->domain + " is answered " + lookup->answer.value_or("nothing"), where);
}
void World::expect_waiting(std::size_t lookups, Where where) {
    expect_that(parts_->engine().waiting() == lookups,
                std::to_string(parts_->engine().waiting()) + " lookups wait", where);
}
void World::expect_fetches(std::string_view domain, std::size_t count, Where where) {
    const std::size_t made = parts_->hosts.fetches_for(domain);
    expect_that(made == count, std::to_string(made) + " fetches", where);
}
void World::expect_queries(std::string_view domain, std::size_t count, Where where) {
    const std::size_t made = parts_->dns.queries_for(record_name(domain));
    expect_that(made == count, std::to_string(made) + " queries", where);
}
void World::expect_told(std::string_view words, std::size_t count, Where where) {
    expect_that(parts_->observer.count(words) == count, "told was:\n" + trace(), where);
}
void World::expect_answers(engine::Source source, std::size_t count, Where where) {
    const std::size_t given = parts_->observer.answers(source);
    expect_that(given == count, std::to_string(given) + " answers", where);
}
void World::expect_entries(std::size_t count, Where where) {
    expect_that(parts_->cache().size() == count, std::to_string(parts_->cache().size()) + " entries", where);
}

std::vector<Duration> World::fetch_times(std::string_view domain) const {
    std::vector<Duration> times;
    for (const Time time : parts_->oracle.fetches(domain))
        times.push_back(time - parts_->beginning);
    return times;
}

std::size_t World::steps() const {
    return parts_->gate.steps();
}

std::size_t World::steps_held() const {
    return parts_->gate.waiting();
}

std::string World::trace() const {
    std::string text;
    for (const auto& line : parts_->observer.lines())
        text += line + "\n";
    return text;
}

}  // namespace tlspolicy::scenarios
