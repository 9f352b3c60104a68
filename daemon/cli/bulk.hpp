#pragma once

#include "cli/bulk_report.hpp"
#include "cli/engine_options.hpp"
#include "cli/verb.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace tlspolicy::cli {

/// "tlspolicy bulk FILE": the answers for a list of names, and how they differ from another server's.
class Bulk : public Verb {
public:
    void declare(CLI::App& command) override;
    Exit run(Terminal& terminal) override;

private:
    using Names = std::vector<std::string>;
    struct ServerAndMap {
        inquiry::SocketmapClient::Server server;
        std::string map;
    };
    struct Servers {
        std::optional<ServerAndMap> here = {};   ///< nullopt: this process answers
        std::optional<ServerAndMap> there = {};  ///< nullopt: nothing is compared
    };

    Result<Servers> servers() const;
    Result<Names> names() const;
    Result<inquiry::Replies> ask_here(Terminal& terminal, const Names& names) const;
    Result<inquiry::Replies> ask_server(Terminal& terminal, std::string_view what, const ServerAndMap& server,
                                        const Names& names) const;
    Exit print(Terminal& terminal, const std::vector<BulkRow>& rows) const;
    Exit print_differences(Terminal& terminal, std::vector<BulkRow> rows) const;

    EngineOptions engine_;
    std::string file_;
    std::string map_ = "postfix";
    std::size_t parallel_ = 100;
    std::optional<std::string> server_;
    std::optional<std::string> compare_;
    bool postmap_ = false;
};

}  // namespace tlspolicy::cli
