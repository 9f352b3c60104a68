#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "config/config.hpp"
#include "config/finding.hpp"
#include "dns/settings.hpp"
#include "postfix/postconf.hpp"
#include "postfix/table_list.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What "tlspolicy doctor" has found out about this machine. Nothing here is a judgement; what could not be
/// looked at is empty or an Error.
namespace tlspolicy::cli::doctor {

/// One step on the way to a file, as stat() sees it.
struct PathStep {
    enum class Kind : std::uint8_t { missing, directory, socket, other };

    std::string path;
    Kind kind = Kind::missing;
    unsigned mode = 0;  ///< permission bits
    unsigned owner = 0;
    unsigned group = 0;
};

/// The steps from the root of the smtp client, or from its working directory, to a file.
using Path = std::vector<PathStep>;

/// The user that the smtp client runs as: mail_owner.
struct MailUser {
    std::string name;
    unsigned user = 0;
    std::vector<unsigned> groups = {};
};

/// Trusted roots in a file, or in a directory by OpenSSL's hashed names.
struct Roots {
    std::string failure = {};  ///< empty: it could be read
    std::size_t certificates = 0;
};

/// How a server of smtp_tls_policy_maps, or a listener of the daemon, takes a question.
struct Asked {
    std::string address;       ///< "127.0.0.1:8461", "unix:/path"
    std::string map;           ///< empty: tcp_table
    std::string failure = {};  ///< why it could not be asked
    std::string reply = {};    ///< "NOTFOUND ", or "500 ..." of a tcp_table
};

/// One table of smtp_tls_policy_maps, with what trying it has shown.
struct TriedTable {
    postfix::Table table;
    std::optional<Asked> asked = {};  ///< of a server
    Path socket = {};                 ///< of a server on a Unix socket
    std::optional<std::string> answers_all =
        {};                    ///< what it says of a name that nobody has; only of other tables
    std::string failure = {};  ///< why postmap could not ask it
};

struct PostfixFacts {
    std::optional<postfix::Version> version = {};
    std::string config_directory = {};
    bool config_given = false;            ///< by option: lines to type name it
    postfix::Parameters parameters = {};  ///< as the service smtp/unix has them
    std::vector<postfix::Service> services = {};
    std::vector<postfix::ServiceSetting> service_settings = {};  ///< of smtp clients other than smtp/unix
    std::vector<std::string> table_types = {};                   ///< postconf -m
    std::vector<TriedTable> tables = {};
    std::optional<MailUser> mail_user = {};
    std::optional<Roots> ca_file = {};  ///< where one is named
    std::optional<Roots> ca_path = {};
    std::string system_roots = {};  ///< the file of this system; empty: none was found
    /// Name servers of the resolv.conf that the smtp client reads, and where that is.
    std::string resolv_conf = {};
    std::optional<Result<std::vector<dns::NameServer>>> name_servers = {};
    Path tlsrpt_socket = {};
    std::string tlsrpt_failure = {};        ///< why nothing could be sent there
    std::optional<bool> tlsrpt_built = {};  ///< whether smtp(8) was compiled with it

    /// Empty where it has no value, or this Postfix does not know it.
    std::string value(std::string_view name) const {
        const auto found = parameters.find(name);
        return found == parameters.end() ? std::string() : found->second;
    }
    bool knows(std::string_view name) const { return parameters.find(name) != parameters.end(); }
};

/// What the running daemon says of itself through its control socket.
struct Status {
    std::string version = {};
    std::optional<std::chrono::seconds> ahead = {};  ///< of this command's clock
    std::vector<std::string> listeners = {};         ///< "127.0.0.1:8461", "unix:/path"
};

struct DaemonFacts {
    std::string file;  ///< its configuration
    config::Config config = {};
    bool usable = true;
    std::vector<config::Finding> findings = {};
    std::vector<Asked> listeners = {};
    std::optional<Result<Status>> status = {};
};

/// A try of what the daemon does for each new domain, with its settings.
struct Egress {
    std::string domain;
    std::string dns_failure = {};  ///< of the record's lookup
    bool has_record = false;
    std::string fetch_failure = {};  ///< of the policy, where there is a record
    bool webpki = false;             ///< it is the certificate that failed
    std::string policy_failure = {};
};

struct Facts {
    std::string own_version = {};
    bool root = true;
    std::optional<Result<PostfixFacts>> postfix = {};
    DaemonFacts daemon = {};
    /// /etc/resolv.conf, or what the configuration names.
    std::optional<Result<std::vector<dns::NameServer>>> daemon_name_servers = {};
    std::optional<Result<bool>> validates = {};  ///< absent: not asked
    std::optional<Egress> egress = {};           ///< absent: not tried
    std::optional<bool> clock_synchronised = {};
    std::optional<unsigned> datagram_queue = {};  ///< net.unix.max_dgram_qlen
};

}  // namespace tlspolicy::cli::doctor
