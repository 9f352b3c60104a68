// A small internet in one process: a DNS server and policy hosts for as many domains as are asked for.
#include "bench/internet/authority.hpp"
#include "bench/internet/dns_server.hpp"
#include "bench/internet/https_server.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <string>

namespace tlspolicy::bench {
namespace {

struct Options {
    std::string root_file;
    std::uint16_t dns_port = 5300;
    std::uint16_t https_port = 443;
    std::uint64_t policy_texts = 1000;
    unsigned latency = 0;
};

void serve(const Options& options) {
    namespace asio = boost::asio;
    const auto host = asio::ip::make_address("127.0.0.1");
    const auto mute_host = asio::ip::make_address("127.0.0.2");
    const std::chrono::milliseconds latency(options.latency);
    Authority authority;
    authority.write_root(options.root_file);
    asio::io_context context(1);
    const DnsServer dns(context, {host, options.dns_port}, latency);
    const HttpsServer https(context, {host, options.https_port}, authority, options.policy_texts, latency);
    const MuteServer mute(context, {mute_host, options.https_port});
    asio::signal_set signals(context, SIGTERM, SIGINT);
    signals.async_wait([&](boost::system::error_code, int) { context.stop(); });
    std::puts("ready");
    std::fflush(stdout);
    context.run();
}

}  // namespace
}  // namespace tlspolicy::bench

int main(int argc, char** argv) {
    tlspolicy::bench::Options options;
    CLI::App app{
        "Synthetic domains below bench.example: dN with a policy, nN without, mN with a mute policy host, sN "
        "and "
        "uN with a policy and DNSSEC, and TLSA records that are usable or not"};
    app.add_option("--root", options.root_file, "where to write the root certificate, PEM")->required();
    app.add_option("--dns-port", options.dns_port, "UDP, on 127.0.0.1");
    app.add_option("--https-port", options.https_port, "on 127.0.0.1; mute hosts on 127.0.0.2");
    app.add_option("--policies", options.policy_texts, "distinct policy texts")->check(CLI::PositiveNumber);
    app.add_option("--latency", options.latency, "milliseconds before each answer");
    CLI11_PARSE(app, argc, argv);
    std::signal(SIGPIPE, SIG_IGN);
    try {
        tlspolicy::bench::serve(options);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "bench_internet: %s\n", failure.what());
        return 1;
    }
}
