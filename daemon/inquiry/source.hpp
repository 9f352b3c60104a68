#pragma once

#include "base/error.hpp"
#include "config/config.hpp"
#include "inquiry/local_engine.hpp"
#include "inquiry/socketmap_client.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tlspolicy::inquiry {

/// Who answers the lookups of one map: the engine in this process, or a server. One thread.
class Source {
public:
    virtual ~Source() = default;

    /// "OK secure match=...", as socketmap says it; fails (kind `system`) where nobody answers. Each `lane`
    /// asks one question at a time.
    virtual boost::asio::awaitable<Result<std::string>> ask(std::size_t lane, std::string key) = 0;
    virtual boost::asio::any_io_executor executor() = 0;
    /// Works until `done` says so; it is asked after every piece of work.
    virtual void run_until(const std::function<bool()>& done) = 0;
};

/// The daemon's own answers with this configuration, from nothing but the network.
class LocalSource final : public Source {
public:
    LocalSource(const config::Config& config, const postfix::MapOptions& map)
        : local_(config, nullptr), map_(map) {}

    Result<void> usable() { return local_.usable(); }
    boost::asio::awaitable<Result<std::string>> ask(std::size_t lane, std::string key) override;
    boost::asio::any_io_executor executor() override { return local_.loop().get_executor(); }
    void run_until(const std::function<bool()>& done) override { local_.run_until(done); }

private:
    LocalEngine local_;
    postfix::MapOptions map_;
};

/// Those of a socketmap server, over a connection a lane. Where no lane reaches it any more, all further
/// questions fail at once.
class ServerSource final : public Source {
public:
    ServerSource(SocketmapClient::Server server, std::string map, SocketmapClient::Patience patience = {})
        : server_(std::move(server)), map_(std::move(map)), patience_(patience) {}

    boost::asio::awaitable<Result<std::string>> ask(std::size_t lane, std::string key) override;
    boost::asio::any_io_executor executor() override { return loop_.get_executor(); }
    void run_until(const std::function<bool()>& done) override;

private:
    boost::asio::io_context loop_{1};
    SocketmapClient::Server server_;
    std::string map_;
    SocketmapClient::Patience patience_;
    std::vector<std::unique_ptr<SocketmapClient>> clients_;
    std::size_t failures_ = 0;  ///< in a row, to reach the server
    std::optional<Error> lost_ = {};
};

using Replies = std::vector<Result<std::string>>;

/// What each key is answered, in their order; at most `lanes` are asked about at one time. `progress` is told
/// how many are done.
Replies ask_all(Source& source, const std::vector<std::string>& keys, std::size_t lanes,
                const std::function<void(std::size_t)>& progress);

}  // namespace tlspolicy::inquiry
