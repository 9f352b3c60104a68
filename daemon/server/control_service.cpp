#include "server/control_service.hpp"

#include "base/printable.hpp"
#include "engine/dane_target.hpp"
#include "postfix/lookup_key.hpp"
#include "server/control_json.hpp"
#include "server/control_list.hpp"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace tlspolicy::server {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using engine::DaneTarget;
using engine::PolicyEngine;

constexpr std::string_view entries_path = "/entries";
constexpr std::size_t longest_in_log =
    300;  // the longest domain, what is done with it, and the flag behind it

HttpResponse reply(unsigned status, json::object body) {
    body["schema"] = 1;
    return HttpResponse(status, json::serialize(body) + '\n', "application/json");
}

HttpResponse refusal(unsigned status, std::string_view why) {
    return reply(status, json::object{{"error", why}});
}

HttpResponse no_domain(std::string_view name) {
    return refusal(400, '"' + printable(name) + "\" is no domain, and no lookup key of Postfix");
}

/// What follows "/word/" in a path; nullopt: the path is about something else.
std::optional<std::string> argument(std::string_view path, std::string_view word) {
    if (!path.starts_with(word) || path.size() < word.size() + 2 || path[word.size()] != '/')
        return std::nullopt;
    return std::string(path.substr(word.size() + 1));
}

std::string_view value_of(const HttpQuery& query, std::string_view name) {
    const auto found = query.find(name);
    return found == query.end() ? std::string_view() : std::string_view(found->second);
}

/// Whether the query is the flag `name`; nullopt: it is something else, which may be meant as the contrary.
std::optional<bool> flag(const HttpQuery& query, std::string_view name) {
    if (query.empty()) return false;
    const auto found = query.find(name);
    if (query.size() != 1 || found == query.end() || !found->second.empty()) return std::nullopt;
    return true;
}

HttpResponse no_flag(std::string_view name) {
    return refusal(400, "the query may be \"" + std::string(name) + "\", without a value, and nothing else");
}

/// For the log: what was asked for, with what makes it do more.
std::string words_of(const HttpRequest& request) {
    std::string words = request.path;
    char mark = '?';
    for (const auto& [name, value] : request.query) {
        words += std::exchange(mark, '&') + name;
        if (!value.empty()) words += '=' + value;
    }
    return printable(words, longest_in_log);
}

/// What is wrong with the query; empty: nothing.
std::string read(const HttpQuery& query, ListWish& wish) {
    wish.kind = value_of(query, "kind");
    if (!wish.kind.empty() && !is_kind(wish.kind))
        return "kind is none of enforce, testing, none, no-record, unavailable, failing";
    wish.match = value_of(query, "match");
    const auto limit = value_of(query, "limit");
    if (!limit.empty()) {
        const auto [end, failure] = std::from_chars(limit.data(), limit.data() + limit.size(), wish.limit);
        if (failure != std::errc() || end != limit.data() + limit.size() || wish.limit == 0
            || wish.limit > ListWish::longest)
            return "limit is no number from 1 to 1000";
    }
    const auto after = value_of(query, "after");
    if (after.empty()) return {};
    const auto walk = parse_walk(after);
    if (!walk) return "after is not what an earlier page said as its next";
    wish.from = *walk;
    return {};
}

/// The keys under which DANE is known of what was asked for: as it was asked, as a domain, and as a host.
std::vector<DaneTarget> dane_targets(const postfix::LookupKey& key) {
    std::vector<DaneTarget> targets;
    for (const auto& target : {DaneTarget::of(key), DaneTarget::of(key.domain()),
                               DaneTarget{key.domain(), DaneTarget::smtp, true}})
        if (std::find(targets.begin(), targets.end(), target) == targets.end()) targets.push_back(target);
    return targets;
}

}  // namespace

ControlService::ControlService(PolicyEngine& engine, const cache::PolicyCache& cache, const Clock& clock,
                               const WallClock& wall_clock, ControlHost& host, const Settings& settings)
    : engine_(engine),
      cache_(cache),
      clock_(clock),
      wall_clock_(wall_clock),
      host_(host),
      settings_(std::make_shared<const Settings>(settings)),
      refused_(clock) {}

void ControlService::configure(const Settings& settings) {
    settings_ = std::make_shared<const Settings>(settings);
}

asio::awaitable<HttpResponse> ControlService::respond(HttpRequest request) {
    if (!request.peer || !rights_.admits(*request.peer)) {
        if (const auto unsaid = refused_.admit())
            spdlog::warn("control-refused user={} request=\"{} {}\" unsaid={}",
                         request.peer ? std::to_string(request.peer->user) : "unknown",
                         printable(request.method), words_of(request), *unsaid);
        co_return refusal(403,
                          "only root, the daemon's user and the members of the socket's group may do this");
    }
    if (request.method == "GET") {
        HttpResponse found = co_await get(std::move(request));
        co_return found;
    }
    if (request.method != "POST") {
        HttpResponse wrong = refusal(405, "the methods are GET and POST");
        wrong.allow = "GET, POST";
        co_return wrong;
    }
    spdlog::info("control-command user={} request=\"{}\"", request.peer->user, words_of(request));
    HttpResponse response = co_await post(std::move(request));
    co_return response;
}

asio::awaitable<HttpResponse> ControlService::get(HttpRequest request) {
    if (request.path == "/status") co_return reply(200, host_.describe());
    if (request.path == entries_path) co_return list(request.query);
    if (auto key = argument(request.path, entries_path)) {
        HttpResponse response = co_await show(*std::move(key));
        co_return response;
    }
    co_return refusal(404, "there is nothing at " + printable(request.path));
}

asio::awaitable<HttpResponse> ControlService::post(HttpRequest request) {
    if (request.path == "/reload") co_return reload();
    if (const auto level = argument(request.path, "/log-level")) co_return set_log_level(*level);
    if (auto name = argument(request.path, "/refresh")) {
        HttpResponse response = co_await refresh(*std::move(name));
        co_return response;
    }
    if (auto name = argument(request.path, "/forget")) {
        const auto forced = flag(request.query, "force");
        if (!forced) co_return no_flag("force");
        auto force = PolicyEngine::Force::no;
        if (*forced) force = PolicyEngine::Force::yes;
        HttpResponse response = co_await forget(*std::move(name), force);
        co_return response;
    }
    if (request.path == "/forget" && !request.query.empty()) {
        if (!flag(request.query, "failed")) co_return no_flag("failed");
        HttpResponse response = co_await forget_failed();
        co_return response;
    }
    co_return refusal(404, "there is nothing to be done at " + printable(request.path));
}

/// What the store holds of a domain that memory has let go of, or not read yet after a start.
asio::awaitable<Result<std::optional<engine::Archive::Recalled>>> ControlService::stored(Domain domain) {
    if (cache_.find(domain.text())) co_return std::nullopt;
    auto found = co_await engine_.stored(domain);
    if (cache_.find(domain.text())) co_return std::nullopt;  // it was learnt meanwhile
    co_return found;
}

asio::awaitable<HttpResponse> ControlService::show(std::string key) {
    const auto lookup = postfix::LookupKey::parse(key);
    if (!lookup) co_return no_domain(key);
    const Domain asked = lookup->domain();
    const auto held = co_await stored(asked);
    std::optional<engine::Archive::Recalled> recalled;
    if (held) recalled = *held;
    const Present present{clock_.now(), wall_clock_.now()};
    const std::string_view domain = asked.text();
    const auto entry = cache_.find(domain);
    cache::StsState sts;
    if (entry) sts = entry->sts();
    if (recalled) sts = recalled->policy;
    json::object body;
    body["domain"] = domain;
    body["sts"] = to_json(sts, present);
    if (recalled) body["held_in"] = "store";
    if (!held) body["unasked"] = printable(held.error().message());
    if (entry) body["used"] = to_json(entry->last_used(), present);
    if (recalled) body["used"] = to_json(recalled->used, present);
    json::array dane;
    for (const auto& target : dane_targets(*lookup))
        if (const auto known = engine_.remembered_dane(target))
            dane.push_back(to_json(known->key(), known->state(), present));
    body["dane"] = std::move(dane);
    Knowledge known;
    if (entry || recalled) known.sts = &sts;
    if (recalled) known.held_in = "store";
    const auto asked_dane = engine_.remembered_dane(DaneTarget::of(*lookup));
    known.dane = asked_dane ? &asked_dane->state() : nullptr;
    known.word = settings_->overrides.find(domain, present.wall);
    if (known.word != nullptr) body["override"] = to_json(*known.word, present);
    body["answers"] = answers(*settings_, domain, known, present);
    co_return reply(200, std::move(body));
}

HttpResponse ControlService::list(const HttpQuery& query) {
    ListWish wish;
    const std::string wrong = read(query, wish);
    if (!wrong.empty()) return refusal(400, wrong);
    return reply(200, server::list(cache_, wish, {clock_.now(), wall_clock_.now()}));
}

asio::awaitable<HttpResponse> ControlService::refresh(std::string name) {
    const auto lookup = postfix::LookupKey::parse(name);
    if (!lookup) co_return no_domain(name);
    const Domain domain = lookup->domain();
    const DaneTarget target = DaneTarget::of(*lookup);
    const auto landed = co_await engine_.refresh(target, asio::use_awaitable);
    const Present present{clock_.now(), wall_clock_.now()};
    json::object body;
    body["domain"] = domain.text();
    body["landed"] = landed.has_value();
    if (landed) {
        body["before"] = to_json(landed->before, present);
        body["after"] = to_json(landed->after, present);
    }
    co_return reply(200, std::move(body));
}

asio::awaitable<HttpResponse> ControlService::forget(std::string name, PolicyEngine::Force force) {
    const auto lookup = postfix::LookupKey::parse(name);
    if (!lookup) co_return no_domain(name);
    const Domain domain = lookup->domain();
    const DaneTarget target = DaneTarget::of(*lookup);
    const auto done = co_await engine_.forget(target, force);
    if (done.outcome == PolicyEngine::Forgotten::enforced)
        co_return refusal(409, std::string(domain.text())
                                   + " has an unexpired policy in mode enforce: forgetting it lets an attacker who "
                                     "controls DNS or the network keep it from being learnt again");
    if (done.outcome == PolicyEngine::Forgotten::unclear)
        co_return refusal(503, printable(done.unasked) + ": it may hold a policy that is enforced");
    json::object body;
    body["domain"] = domain.text();
    body["forgotten"] = done.outcome == PolicyEngine::Forgotten::all;
    if (!done.unasked.empty()) body["unasked"] = printable(done.unasked);
    co_return reply(200, std::move(body));
}

asio::awaitable<HttpResponse> ControlService::forget_failed() {
    const std::size_t count = co_await engine_.forget_failed();
    json::object body;
    body["forgotten"] = count;
    co_return reply(200, std::move(body));
}

HttpResponse ControlService::reload() {
    const auto outcome = host_.reload_now();
    json::array findings;
    for (const std::string& finding : outcome.findings)
        findings.emplace_back(finding);
    return reply(200, json::object{{"used", outcome.used}, {"findings", std::move(findings)}});
}

HttpResponse ControlService::set_log_level(std::string_view level) {
    if (!host_.set_log_level(level))
        return refusal(400, '"' + printable(level) + "\" is no level: debug, info, warn, error");
    return reply(200, json::object{{"level", level}});
}

}  // namespace tlspolicy::server
