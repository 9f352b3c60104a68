// The control socket, from the command's client to the engine and back.
#include "app/control_socket.hpp"
#include "cli/control_client.hpp"
#include "fakes/log_capture.hpp"
#include "fakes/manual_wall_clock.hpp"
#include "fakes/recording_observer.hpp"
#include "fakes/scripted_dns.hpp"
#include "fakes/scripted_fetcher.hpp"
#include "fakes/scripted_store.hpp"
#include "fakes/temporary_directory.hpp"
#include "loopback/server/server_fixture.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <string>
#include <sys/stat.h>
#include <thread>

namespace tlspolicy::test {
namespace {

using std::chrono::seconds;

const std::string policy = "version: STSv1\nmode: enforce\nmx: mx.example.com\nmax_age: 86400\n";
constexpr seconds patience{20};

/// The daemon as the service sees it.
struct Host final : server::ControlHost {
    boost::json::object describe() const override { return {{"version", "1.2.3"}}; }
    Reloaded reload_now() override { return {false, {"f:1: error: threads"}}; }
    bool set_log_level(std::string_view level) override { return level == "debug"; }
};

/// An engine with a scripted network, and its control socket, on a network loop of their own.
class ControlFixture {
public:
    ControlFixture() {
        dns.set_txt("_mta-sts.example.com", {"v=STSv1; id=id1;"});
        hosts.set("example.com", policy);
        dns.set_txt("_mta-sts.broken.example", {"v=STSv1; id=id1;"});
        control.open(server::UnixEndpoint{socket});
        thread_ = std::thread([this] { network_.run(); });
    }
    ~ControlFixture() {
        boost::asio::post(network_, [this] {
            control.stop();
            engine_.stop();
            work_.reset();
        });
        thread_.join();
        CHECK(engine_.idle());
        CHECK(control.idle());
    }
    ControlFixture(const ControlFixture&) = delete;
    ControlFixture& operator=(const ControlFixture&) = delete;

    cli::ControlReply ask(std::string_view method, const std::string& target) const {
        const auto reply = cli::ask_daemon(socket, method, target, patience);
        REQUIRE(reply.has_value());
        CHECK(reply->body.at("schema").as_int64() == 1);
        return *reply;
    }
    std::string text(std::string_view method, const std::string& target) const {
        const auto reply = ask(method, target);
        return std::to_string(reply.status) + ' ' + boost::json::serialize(reply.body);
    }
    template <class Change>
    void on_network(Change change) {
        std::promise<void> done;
        boost::asio::post(network_, [&] {
            change();
            done.set_value();
        });
        done.get_future().wait();
    }

    fakes::LogCapture log;
    fakes::TemporaryDirectory directory;
    const std::string socket = directory / "control";
    fakes::ScriptedDns dns;
    fakes::ScriptedFetcher hosts;
    fakes::ScriptedStore store;

private:
    SystemClock clock_;
    SystemWallClock wall_clock_;
    boost::asio::io_context network_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{network_.get_executor()};
    fakes::RecordingObserver observer_;
    cache::PolicyCache cache_{1000, 7};
    engine::PolicyEngine engine_{
        network_.get_executor(), cache_, dns, hosts, clock_, observer_, {}, 7, {&store}};
    Host host_;

public:
    app::ControlSocket control{network_, engine_, cache_, clock_, wall_clock_, host_, server::Settings()};

private:
    std::thread thread_;
};

std::string at(const boost::json::object& object, std::string_view outer, std::string_view inner) {
    return std::string(object.at(outer).as_object().at(inner).as_string());
}

}  // namespace

TEST_CASE("a domain is refreshed, shown, listed, kept, and forgotten by force") {
    const ControlFixture daemon;
    const auto refreshed = daemon.ask("POST", "/refresh/example.com");
    CHECK(refreshed.status == 200);
    CHECK(refreshed.body.at("landed").as_bool());
    CHECK(at(refreshed.body, "before", "kind") == "unknown");
    CHECK(at(refreshed.body, "after", "kind") == "enforce");
    CHECK(at(refreshed.body, "after", "id") == "id1");

    const auto shown = daemon.ask("GET", "/entries/Example.COM");
    CHECK(at(shown.body, "sts", "kind") == "enforce");
    CHECK(daemon.text("GET", "/entries/example.com").find("secure match=mx.example.com")
          != std::string::npos);
    CHECK(daemon.ask("GET", "/entries/%5Bexample.com%5D:587").status == 200);

    CHECK(daemon.text("GET", "/entries?kind=enforce&limit=5").find(R"("domain":"example.com")")
          != std::string::npos);
    CHECK(daemon.text("GET", "/entries?kind=testing") == R"(200 {"schema":1,"entries":[]})");

    CHECK(daemon.ask("POST", "/forget/example.com").status == 409);
    CHECK(daemon.text("POST", "/forget/example.com?force")
          == R"(200 {"domain":"example.com","forgotten":true,"schema":1})");
    CHECK(daemon.text("POST", "/forget/example.com")
          == R"(200 {"domain":"example.com","forgotten":false,"schema":1})");
    CHECK(daemon.log.count("control-command user=") == 4);
    CHECK(daemon.log.count("request=\"/forget/example.com?force\"") == 1);
    CHECK(daemon.log.count("request=\"/forget/example.com\"") == 2);
}

TEST_CASE("a store that cannot tell is taken for one that may hold an enforced policy") {
    ControlFixture daemon;
    daemon.on_network([&] { daemon.store.broken = true; });
    CHECK(
        daemon.text("POST", "/forget/example.com")
        == R"(503 {"error":"the own store: the disk is on fire: it may hold a policy that is enforced","schema":1})");
    CHECK(daemon.ask("GET", "/entries/example.com").body.at("unasked")
          == "the own store: the disk is on fire");
    CHECK(
        daemon.text("POST", "/forget/example.com?force")
        == R"(200 {"domain":"example.com","forgotten":false,"unasked":"the own store: the disk is on fire","schema":1})");
}

TEST_CASE("what the store alone holds is shown, and is not learnt by it") {
    ControlFixture daemon;
    engine::StoredPolicy stored;
    stored.domain = "stored.example";
    stored.body = policy;
    stored.id = "id7";
    stored.fetched = stored.checked = stored.used = SystemClock().now() - seconds(60);
    stored.expires = stored.fetched + seconds(86400);
    daemon.on_network([&] { daemon.store.policies.insert_or_assign("stored.example", stored); });

    const auto shown = daemon.ask("GET", "/entries/stored.example");
    CHECK(shown.body.at("held_in") == "store");
    CHECK(at(shown.body, "sts", "kind") == "enforce");
    CHECK(at(shown.body, "sts", "id") == "id7");
    CHECK(shown.body.at("used").at("in").as_int64() <= -60);
    CHECK(boost::json::serialize(shown.body)
              .find(R"("source":"store","answer":"OK secure match=mx.example.com)")
          != std::string::npos);
    CHECK(daemon.text("GET", "/entries") == R"(200 {"schema":1,"entries":[]})");
    CHECK_FALSE(daemon.ask("GET", "/entries/stranger.example").body.contains("held_in"));

    daemon.on_network([&] { daemon.store.broken = true; });
    CHECK(at(daemon.ask("GET", "/entries/stored.example").body, "sts", "kind") == "unknown");
}

TEST_CASE("the log shows the force behind the longest domain") {
    const ControlFixture daemon;
    const std::string label(63, 'a');
    const std::string longest = label + '.' + label + '.' + label + '.' + std::string(61, 'b');
    CHECK(daemon.ask("POST", "/forget/" + longest + "?force").status == 200);
    CHECK(daemon.log.count("/forget/" + longest + "?force\"") == 1);
}

TEST_CASE("failures are shown with their reason, and forgotten together") {
    const ControlFixture daemon;
    const auto refreshed = daemon.text("POST", "/refresh/broken.example");
    CHECK(refreshed.find(R"("kind":"unavailable")") != std::string::npos);
    CHECK(refreshed.find("no address of the policy host") != std::string::npos);
    CHECK(daemon.text("GET", "/entries?kind=failing").find("broken.example") != std::string::npos);
    CHECK(daemon.text("POST", "/forget?failed") == R"(200 {"forgotten":1,"schema":1})");
    CHECK(daemon.text("GET", "/entries") == R"(200 {"schema":1,"entries":[]})");
}

TEST_CASE("the daemon as a whole is described, reloaded and told to log more") {
    const ControlFixture daemon;
    CHECK(daemon.text("GET", "/status") == R"(200 {"version":"1.2.3","schema":1})");
    CHECK(daemon.text("POST", "/reload")
          == R"(200 {"used":false,"findings":["f:1: error: threads"],"schema":1})");
    CHECK(daemon.text("POST", "/log-level/debug") == R"(200 {"level":"debug","schema":1})");
    CHECK(daemon.ask("POST", "/log-level/loud").status == 400);
}

TEST_CASE("what makes no sense is refused with its reason") {
    const ControlFixture daemon;
    struct Example {
        std::string_view method;
        std::string target;
        unsigned status;
    };
    const Example examples[] = {
        {"GET", "/", 404},
        {"GET", "/entries/", 404},
        {"GET", "/entries/192.0.2.1", 400},
        {"GET", "/entries/no%20domain", 400},
        {"GET", "/entries?kind=nice", 400},
        {"GET", "/entries?limit=0", 400},
        {"GET", "/entries?limit=1001", 400},
        {"GET", "/entries?limit=1x", 400},
        {"GET", "/entries?after=nowhere", 400},
        {"GET", "/reload", 404},
        {"GET", "/refresh/example.com", 404},
        {"POST", "/status", 404},
        {"POST", "/forget", 404},
        {"POST", "/forget/nonsense", 400},
        {"POST", "/forget/example.com?force=0", 400},
        {"POST", "/forget/example.com?forced", 400},
        {"POST", "/forget/example.com?force&other", 400},
        {"POST", "/forget?failed=0", 400},
        {"POST", "/forget?force", 400},
        {"POST", "/refresh/nonsense", 400},
        {"PUT", "/status", 405},
    };
    for (const auto& example : examples) {
        CAPTURE(example.method);
        CAPTURE(example.target);
        const auto reply = daemon.ask(example.method, example.target);
        CHECK(reply.status == example.status);
        CHECK_FALSE(reply.body.at("error").as_string().empty());
    }
}

TEST_CASE("who waits for a refresh when the daemon ends is let go") {
    std::thread asker;
    {
        ControlFixture daemon;
        daemon.on_network([&] { daemon.dns.mute_txt("_mta-sts.example.com"); });
        asker = std::thread([socket = daemon.socket] {
            // No matter what it hears, as long as it ends.
            cli::ask_daemon(socket, "POST", "/refresh/example.com", patience).has_value();
        });
        CHECK(daemon.log.wait_for("control-command user="));
    }
    asker.join();
}

TEST_CASE("the client tells what to do where there is no answer") {
    const fakes::TemporaryDirectory directory;
    const auto missing = cli::ask_daemon(directory / "none", "GET", "/status", patience);
    REQUIRE(missing.has_error());
    CHECK(missing.error().message().find("tlspolicyd does not run") != std::string::npos);
    const auto too_long = cli::ask_daemon(directory / std::string(200, 'x'), "GET", "/status", patience);
    REQUIRE(too_long.has_error());
    std::string dead;
    {
        const ControlFixture daemon;
        dead = daemon.socket;
        CHECK(daemon.ask("GET", "/status").status == 200);
    }
    CHECK(cli::ask_daemon(dead, "GET", "/status", patience).has_error());
}

TEST_CASE("a directory that is missing keeps the socket away, and nothing else") {
    const fakes::LogCapture log;
    SystemClock clock;
    SystemWallClock wall_clock;
    boost::asio::io_context network{1};
    fakes::ScriptedDns dns;
    fakes::ScriptedFetcher hosts;
    fakes::RecordingObserver observer;
    cache::PolicyCache cache(1000, 7);
    engine::PolicyEngine engine(network.get_executor(), cache, dns, hosts, clock, observer, {}, 7);
    Host host;
    app::ControlSocket control(network, engine, cache, clock, wall_clock, host, server::Settings());
    control.open(server::UnixEndpoint{"/nonexistent/tlspolicyd/control"});
    CHECK(log.count("control-unavailable") == 1);
    CHECK(control.idle());
}

}  // namespace tlspolicy::test
