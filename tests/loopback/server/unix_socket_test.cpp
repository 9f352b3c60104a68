#include "fakes/temporary_directory.hpp"
#include "loopback/server/server_fixture.hpp"
#include "server/listening_socket.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/datagram_protocol.hpp>
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <grp.h>
#include <iterator>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;
namespace asio = boost::asio;
using Stream = asio::local::stream_protocol;
using tlspolicy::fakes::SocketmapClient;
using tlspolicy::fakes::TemporaryDirectory;
using tlspolicy::server::SocketFile;
using tlspolicy::server::UnixEndpoint;
using namespace tlspolicy::test;

namespace {

constexpr std::string_view foreign =
    "something that is not a socket stands there; move it away or choose another path";
constexpr std::string_view alive = "another process listens there (is tlspolicyd running already?)";

struct stat status_of(const std::string& path) {
    struct stat status {};
    REQUIRE(::lstat(path.c_str(), &status) == 0);
    return status;
}

std::string failure_at(const UnixEndpoint& endpoint) {
    asio::io_context context;
    const auto acceptor = listen_on(context, endpoint);
    return acceptor ? "it listens" : acceptor.error().message();
}

std::string failure_because(const std::string& path, std::string_view why) {
    return "unix:" + path + ": " + std::string(why);
}

/// Binds a socket there as a process does that then dies.
void leave_dead_socket(const std::string& path) {
    asio::io_context context;
    const Stream::acceptor acceptor(context, Stream::endpoint(path));
}

}  // namespace

TEST_CASE("a Unix socket has the mode that is asked for, whatever the umask") {
    const TemporaryDirectory directory;
    asio::io_context context;
    for (const unsigned mode : {0600U, 0660U, 0666U, 0777U}) {
        for (const mode_t mask : {mode_t{0}, mode_t{022}, mode_t{0777}}) {
            CAPTURE(mode);
            CAPTURE(mask);
            const mode_t before = ::umask(mask);
            const auto acceptor = listen_on(context, UnixEndpoint{directory / "socket", mode});
            const mode_t after = ::umask(before);
            CHECK(after == mask);
            REQUIRE(acceptor.has_value());
            CHECK((status_of(directory / "socket").st_mode & 07777U) == mode);
            ::unlink((directory / "socket").c_str());
        }
    }
}

TEST_CASE("a Unix socket belongs to whom it is to belong") {
    const TemporaryDirectory directory;
    asio::io_context context;
    const std::string path = directory / "socket";
    const bool is_root = ::geteuid() == 0;
    const passwd* user = is_root ? ::getpwuid(1) : ::getpwuid(::geteuid());
    REQUIRE(user != nullptr);
    const group* members = ::getgrgid(user->pw_gid);
    REQUIRE(members != nullptr);
    const auto acceptor = listen_on(context, UnixEndpoint{path, 0660, user->pw_name, members->gr_name});
    REQUIRE(acceptor.has_value());
    CHECK(status_of(path).st_uid == user->pw_uid);
    CHECK(status_of(path).st_gid == members->gr_gid);
    CHECK((status_of(path).st_mode & 07777U) == 0660);
}

TEST_CASE("an owner or group that does not exist is named, and no socket is left behind") {
    const TemporaryDirectory directory;
    const std::string path = directory / "socket";
    CHECK(failure_at({path, 0660, "nobody-of-that-name", ""})
          == failure_because(path, "there is no user \"nobody-of-that-name\""));
    CHECK(failure_at({path, 0660, "", "no-such-group"})
          == failure_because(path, "there is no group \"no-such-group\""));
    CHECK_FALSE(fs::exists(path));
}

TEST_CASE("a directory that is not there is an error") {
    const TemporaryDirectory directory;
    const std::string path = directory / "missing/socket";
    CHECK(failure_at({path}) == failure_because(path, "cannot bind to it: No such file or directory"));
}

TEST_CASE("a socket that a dead process left is replaced") {
    const TemporaryDirectory directory;
    const std::string path = directory / "socket";
    leave_dead_socket(path);
    ServerFixture server;
    server.restart.listeners = {{UnixEndpoint{path}}};
    server.start();
    CHECK(SocketmapClient::local(path).ask("postfix", "example.com") == secure("example.com"));
}

TEST_CASE("a socket somebody listens at is left alone") {
    const TemporaryDirectory directory;
    const std::string path = directory / "socket";
    ServerFixture server;
    server.restart.listeners = {{UnixEndpoint{path}}};
    server.start();
    const auto before = status_of(path);
    CHECK(failure_at({path}) == failure_because(path, alive));
    CHECK(status_of(path).st_ino == before.st_ino);
    CHECK(SocketmapClient::local(path).ask("postfix", "example.com") == secure("example.com"));
}

TEST_CASE("a socket whose owner is too busy to take anybody in is left alone, and nobody waits for it") {
    const TemporaryDirectory directory;
    const std::string path = directory / "socket";
    asio::io_context context;
    Stream::acceptor busy(context);
    busy.open();
    busy.bind(Stream::endpoint(path));
    busy.listen(0);
    const auto in_the_queue = SocketmapClient::local(path);
    CHECK(failure_at({path}) == failure_because(path, alive));
    CHECK(fs::is_socket(path));
}

TEST_CASE("a datagram socket is left alone") {
    const TemporaryDirectory directory;
    const std::string path = directory / "socket";
    asio::io_context context;
    const asio::local::datagram_protocol::socket log(context, asio::local::datagram_protocol::endpoint(path));
    CHECK(failure_at({path}) == failure_because(path, alive));
    CHECK(fs::is_socket(path));
}

TEST_CASE("a file is left alone") {
    const TemporaryDirectory directory;
    const std::string path = directory / "precious";
    std::ofstream(path) << "mail";
    CHECK(failure_at({path}) == failure_because(path, foreign));
    std::ifstream file(path);
    CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == "mail");
}

TEST_CASE("a directory is left alone") {
    const TemporaryDirectory directory;
    const std::string path = directory / "place";
    fs::create_directory(path);
    CHECK(failure_at({path}) == failure_because(path, foreign));
    CHECK(fs::is_directory(path));
}

TEST_CASE("a symbolic link is left alone, even one to a dead socket or to nothing") {
    const TemporaryDirectory directory;
    const std::string path = directory / "link";
    leave_dead_socket(directory / "dead");
    for (const std::string& target : {directory / "dead", directory / "nothing"}) {
        CAPTURE(target);
        fs::create_symlink(target, path);
        CHECK(failure_at({path}) == failure_because(path, foreign));
        CHECK(fs::is_symlink(path));
        fs::remove(path);
    }
    CHECK(fs::is_socket(directory / "dead"));
    CHECK_FALSE(fs::exists(directory / "nothing"));
}

TEST_CASE("a server that stops takes its socket along") {
    const TemporaryDirectory directory;
    const std::string path = directory / "socket";
    ServerFixture server;
    server.restart.listeners = {{UnixEndpoint{path}}};
    server.start();
    REQUIRE(fs::is_socket(path));
    server.server().stop_accepting();
    server.server().drain();
    server.join();
    CHECK_FALSE(fs::exists(path));
}

TEST_CASE("a server that stops leaves alone what has taken its socket's place") {
    const TemporaryDirectory directory;
    const std::string path = directory / "socket";
    ServerFixture first;
    first.restart.listeners = {{UnixEndpoint{path}}};
    first.start();
    ::unlink(path.c_str());
    {
        ServerFixture second;
        second.restart.listeners = {{UnixEndpoint{path}}};
        second.start();
        first.server().stop_accepting();
        first.server().drain();
        first.join();
        CHECK(SocketmapClient::local(path).ask("postfix", "example.com") == secure("example.com"));
    }
    CHECK_FALSE(fs::exists(path));
}

TEST_CASE("a socket file that could not be looked at removes nothing") {
    const TemporaryDirectory directory;
    const std::string path = directory / "socket";
    const auto nothing = SocketFile::at(path);
    leave_dead_socket(path);
    nothing.remove();
    CHECK(fs::is_socket(path));
    SocketFile::at(path).remove();
    CHECK_FALSE(fs::exists(path));
}
