#include "dns/name_server.hpp"
#include "dns/resolv_conf_watch.hpp"
#include "fakes/log_capture.hpp"
#include "fakes/temporary_directory.hpp"
#include "loopback/dns/client_fixture.hpp"

#include <filesystem>
#include <fstream>

using namespace tlspolicy;
using namespace tlspolicy::dns;
using namespace tlspolicy::dns::loopback;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// A directory of its own, gone afterwards, and what was logged meanwhile.
class ResolvConfFixture {
protected:
    std::string path(std::string_view name = "resolv.conf") const { return directory_ / name; }
    void write(std::string_view text, std::string_view name = "resolv.conf") const {
        std::ofstream(path(name), std::ios::trunc) << text;
    }
    void replace(std::string_view text) const {
        write(text, "new");
        fs::rename(path("new"), path());
    }
    bool refreshed(ResolvConfWatch& watch) {
        clock_.pass(1s);
        return watch.refresh();
    }
    std::size_t logged(std::string_view what) const { return log_.count(what); }

    ManualClock clock_;

private:
    fakes::TemporaryDirectory directory_;
    fakes::LogCapture log_;
};

}  // namespace

TEST_CASE_FIXTURE(ResolvConfFixture,
                  "a replaced resolv.conf is seen, but not looked for more than once a second") {
    write("nameserver 192.0.2.1\n");
    ResolvConfWatch watch(clock_, path());
    CHECK(text_of(watch.servers()) == "192.0.2.1");
    replace("nameserver 192.0.2.2\n");
    CHECK_FALSE(watch.refresh());
    CHECK(text_of(watch.servers()) == "192.0.2.1");
    CHECK(refreshed(watch));
    CHECK(text_of(watch.servers()) == "192.0.2.2");
    CHECK(logged("info resolv-conf-changed path=" + path() + " servers=\"192.0.2.2\"") == 1);
    CHECK_FALSE(refreshed(watch));
}

TEST_CASE_FIXTURE(ResolvConfFixture, "a symlink that is led elsewhere is followed") {
    write("nameserver 192.0.2.1\n", "one");
    write("nameserver 192.0.2.2\nnameserver 2001:db8::1\n", "two");
    fs::create_symlink(path("one"), path());
    ResolvConfWatch watch(clock_, path());
    CHECK(text_of(watch.servers()) == "192.0.2.1");
    fs::create_symlink(path("two"), path("link"));
    fs::rename(path("link"), path());
    CHECK(refreshed(watch));
    CHECK(text_of(watch.servers()) == "192.0.2.2 2001:db8::1");
}

TEST_CASE_FIXTURE(ResolvConfFixture,
                  "a file that cannot be used keeps the last good servers and is logged once") {
    write("nameserver 192.0.2.1\n");
    ResolvConfWatch watch(clock_, path());
    const auto keeps = [&] { return !refreshed(watch) && text_of(watch.servers()) == "192.0.2.1"; };
    write("");
    CHECK(keeps());
    CHECK(logged("warning resolv-conf-unusable path=" + path()
                 + " reason=\"no usable nameserver line\" servers=\"192.0.2.1\"")
          == 1);
    write("nameserver nonsense\n");
    CHECK(keeps());
    fs::remove(path());
    CHECK(keeps());
    fs::create_directory(path());
    CHECK(keeps());
    fs::remove(path());
    write(std::string(100'000, '#'));
    CHECK(keeps());
    CHECK(logged("resolv-conf-unusable") == 1);
    replace("nameserver 192.0.2.3\n");
    CHECK(refreshed(watch));
    CHECK(text_of(watch.servers()) == "192.0.2.3");
    CHECK(logged("resolv-conf-changed") == 1);
    replace("");
    CHECK_FALSE(refreshed(watch));
    CHECK(logged("resolv-conf-unusable") == 2);
}

TEST_CASE_FIXTURE(ResolvConfFixture,
                  "without a good file from the start the local machine's server is asked") {
    ResolvConfWatch watch(clock_, path());
    CHECK(text_of(watch.servers()) == "127.0.0.1");
    CHECK(logged("reason=\"No such file or directory\" servers=\"127.0.0.1\"") == 1);
    write("nameserver 192.0.2.1\n");
    CHECK(refreshed(watch));
    CHECK(text_of(watch.servers()) == "192.0.2.1");
}

TEST_CASE_FIXTURE(ResolvConfFixture, "a client that follows resolv.conf asks its servers") {
    ClientFixture net;
    write("nameserver 127.0.0.1\n");
    Settings chosen = net.settings(400ms);
    chosen.servers.clear();
    chosen.resolv_conf = path();
    auto dns = net.client(chosen);
    int changes = 0;
    dns.on_change([&changes] { ++changes; });
    // Nobody listens on port 53 of 127.1.2.3, so this shows which address was taken.
    replace("nameserver 127.1.2.3\n");
    net.clock.pass(1s);
    CHECK(net.text(dns, "x.example.com") == "TXT x.example.com: 127.1.2.3 cannot be reached");
    CHECK(changes == 1);
    replace("nothing\n");
    net.clock.pass(1s);
    CHECK(net.text(dns, "x.example.com") == "TXT x.example.com: 127.1.2.3 cannot be reached");
    CHECK(changes == 1);
    replace("nameserver 127.1.2.4\n");
    net.clock.pass(1s);
    CHECK(net.text(dns, "x.example.com") == "TXT x.example.com: 127.1.2.4 cannot be reached");
    net.server.set("x.example.com", fakes::dns_txt("configured"));
    dns.configure(net.settings());
    CHECK(net.text(dns, "x.example.com") == "configured");
    CHECK(changes == 3);
    dns.configure(net.settings());  // no other than before
    CHECK(changes == 3);
}
