// Writes a store of many policies, as a daemon would have left it. Unlike the rest of the bench it uses the
// daemon's own code: what it makes is the daemon's input, not its measure.
#include "base/clock.hpp"
#include "base/wall_clock.hpp"
#include "store/sqlite_store.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

int main(int argc, char** argv) {
    using namespace tlspolicy;
    std::string path;
    std::size_t domains = 1'000'000;
    std::size_t texts = 1000;
    CLI::App app{"Fills a store with the policies of d0.bench.example, d1.bench.example, ..."};
    app.add_option("--store", path, "the file")->required();
    app.add_option("--domains", domains, "how many domains");
    app.add_option("--texts", texts, "how many distinct policies");
    CLI11_PARSE(app, argc, argv);

    const SystemClock clock;
    const SystemWallClock wall;
    boost::asio::io_context loop;
    store::SqliteSettings settings;
    settings.path = path;
    settings.commit_at = 20'000;
    store::SqliteStore store(loop.get_executor(), settings, clock, wall);
    const Time now = clock.now();
    for (std::size_t i = 0; i < domains; ++i) {
        const std::string provider = "p" + std::to_string(i % texts) + ".bench.example";
        engine::StoredPolicy policy;
        policy.domain = "d" + std::to_string(i) + ".bench.example";
        policy.body = "version: STSv1\r\nmode: enforce\r\nmx: mx1." + provider + "\r\nmx: *.mx." + provider
                      + "\r\nmax_age: 604800\r\n";
        policy.id = "2026a1";
        policy.fetched = policy.checked = now;
        policy.expires = now + std::chrono::hours(168);
        policy.used = now - Duration(i);
        store.save(std::move(policy));
        while (store.statistics().pending > 2 * settings.commit_at)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    store.stop();
    if (store.statistics().changes == domains) return 0;
    std::fprintf(stderr, "only %llu of %zu were written\n",
                 static_cast<unsigned long long>(store.statistics().changes), domains);
    return 1;
}
