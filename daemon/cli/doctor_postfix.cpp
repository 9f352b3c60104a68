#include "cli/doctor_postfix.hpp"

#include "base/printable.hpp"
#include "cli/child_process.hpp"
#include "cli/doctor_ask.hpp"
#include "cli/doctor_files.hpp"
#include "cli/doctor_judges.hpp"

#include <algorithm>

namespace tlspolicy::cli::doctor {
namespace {

constexpr std::chrono::seconds patience{10};
/// Nobody has it, so that only a table for all domains knows it.
constexpr const char* nobodys_domain = "tlspolicy-doctor.invalid";

constexpr const char* wanted[] = {
    "mail_version",
    "config_directory",
    "queue_directory",
    "command_directory",
    "daemon_directory",
    "mail_owner",
    "compatibility_level",
    "multi_instance_directories",
    "proxy_read_maps",
    "smtp_tls_policy_maps",
    "smtp_tls_security_level",
    "smtp_use_tls",
    "smtp_enforce_tls",
    "smtp_tls_per_site",
    "smtp_tls_loglevel",
    "smtp_tls_CAfile",
    "smtp_tls_CApath",
    "tls_append_default_CA",
    "smtp_tls_connection_reuse",
    "smtp_tls_enforce_sts_mx_patterns",
    "smtp_dns_support_level",
    "smtp_dns_resolver_options",
    "smtp_host_lookup",
    "ignore_mx_lookup_error",
    "relayhost",
    "transport_maps",
    "default_transport",
    "sender_dependent_relayhost_maps",
    "sender_dependent_default_transport_maps",
    "smtp_tlsrpt_enable",
    "smtp_tlsrpt_socket_name",
};

class Postconf {
public:
    Postconf(std::string program, std::string directory)
        : program_(std::move(program)), directory_(std::move(directory)) {}

    /// What it prints; what it does not know it complains of, and leaves out.
    Result<std::string> run(std::vector<std::string> arguments) const {
        std::vector<std::string> argv = {program_};
        if (!directory_.empty()) argv.insert(argv.end(), {"-c", directory_});
        argv.insert(argv.end(), arguments.begin(), arguments.end());
        auto ended = run_program(argv, patience);
        if (!ended) return ended.error();
        if (ended->status != 0) return Error(ErrorKind::system, program_ + ": " + printable(ended->err));
        return std::move(ended->out);
    }

    /// Empty where that fails.
    std::string text(std::vector<std::string> arguments) const {
        auto printed = run(std::move(arguments));
        return printed ? std::move(*printed) : std::string();
    }

private:
    std::string program_;
    std::string directory_;
};

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        if (end > begin) lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

bool is_client(const PostfixFacts& facts, const std::string& service) {
    return std::any_of(facts.services.begin(), facts.services.end(), [&](const postfix::Service& each) {
        return each.name + "/" + each.type == service && (each.command == "smtp" || each.command == "lmtp");
    });
}

/// Settings of smtp/unix replace those of main.cf; those of other clients are told.
void take_service_settings(PostfixFacts& facts, std::vector<postfix::ServiceSetting> settings) {
    for (auto& setting : settings) {
        if (setting.service == "smtp/unix")
            facts.parameters.insert_or_assign(setting.name, setting.value);
        else if (is_client(facts, setting.service)
                 && (setting.name.find("smtp_tls") == 0 || setting.name.find("smtp_dns") == 0))
            facts.service_settings.push_back(std::move(setting));
    }
}

/// Where paths begin for whoever asks a table.
std::string root_for(const PostfixFacts& facts, const postfix::Table& table) {
    const auto* server = std::get_if<postfix::TableServer>(&table.server);
    const auto* socket = server ? std::get_if<postfix::TableSocket>(&server->where) : nullptr;
    const bool absolute = socket && socket->path.front() == '/';
    const bool chrooted = smtp_is_chrooted(facts) && !table.proxied;  // proxymap(8) is not
    return absolute && !chrooted ? "/" : facts.value("queue_directory");
}

/// What ended postmap; empty where it is only that the table does not know the name.
std::string fatal_words(const std::string& complaints) {
    constexpr std::string_view mark = "fatal: ";
    for (const std::string& line : lines_of(complaints))
        if (const auto at = line.find(mark); at != std::string::npos)
            return printable(line.substr(at + mark.size()));
    return {};
}

/// Has postmap ask a table for a name that nobody has.
void try_table(const PostfixFacts& facts, TriedTable& tried) {
    const std::vector<std::string> argv = {facts.value("command_directory") + "/postmap",
                                           "-c",
                                           facts.config_directory,
                                           "-q",
                                           nobodys_domain,
                                           tried.table.text};
    const auto ended = run_program(argv, patience);
    if (!ended)
        tried.failure = ended.error().message();
    else if (ended->status == 0)
        tried.answers_all = printable(ended->out.substr(0, ended->out.find('\n')));
    else
        tried.failure = fatal_words(ended->err);
}

void gather_tables(PostfixFacts& facts) {
    const auto is_known = [&](const std::string& type) {
        return std::find(facts.table_types.begin(), facts.table_types.end(), type) != facts.table_types.end();
    };
    for (auto& table : postfix::parse_table_list(facts.value("smtp_tls_policy_maps"))) {
        TriedTable tried;
        tried.table = std::move(table);
        if (const auto* server = std::get_if<postfix::TableServer>(&tried.table.server)) {
            const std::string root = root_for(facts, tried.table);
            tried.asked = ask(*server, root);
            if (const auto* socket = std::get_if<postfix::TableSocket>(&server->where))
                tried.socket = walk(root, socket->path);
        } else if (is_known(tried.table.type) && tried.table.type != "socketmap"
                   && tried.table.type != "tcp") {
            try_table(facts, tried);
        }
        facts.tables.push_back(std::move(tried));
    }
}

void gather_files(PostfixFacts& facts) {
    const std::string queue = facts.value("queue_directory");
    const bool chrooted = smtp_is_chrooted(facts);
    facts.mail_user = find_user(facts.value("mail_owner"));
    facts.system_roots = system_roots();
    if (const auto file = facts.value("smtp_tls_CAfile"); !file.empty()) facts.ca_file = roots_in_file(file);
    if (const auto path = facts.value("smtp_tls_CApath"); !path.empty())
        facts.ca_path = roots_in_directory(chrooted ? queue + path : path);
    facts.resolv_conf = (chrooted ? queue : "") + "/etc/resolv.conf";
    facts.name_servers = name_servers_in(facts.resolv_conf);
    if (const auto name = facts.value("smtp_tlsrpt_socket_name"); !name.empty()) {
        const std::string root = name.front() == '/' && !chrooted ? "/" : queue;
        facts.tlsrpt_socket = walk(root, name);
        facts.tlsrpt_failure = datagram_failure(facts.tlsrpt_socket.back().path);
    }
    // It has these words where it has nothing else for the setting (smtp.c, post_init()).
    if (const auto built_without = file_contains(facts.value("daemon_directory") + "/smtp",
                                                 "TLSRPT is selected, but TLSRPT is not compiled in"))
        facts.tlsrpt_built = !*built_without;
}

}  // namespace

Result<PostfixFacts> gather_postfix(const PostfixOptions& options) {
    const std::string program = options.postconf.empty() ? find_program("postconf") : options.postconf;
    if (program.empty()) return Error(ErrorKind::system, "there is no program postconf");
    const Postconf postconf(program, options.config_directory);
    std::vector<std::string> names = {"-x"};
    names.insert(names.end(), std::begin(wanted), std::end(wanted));
    const auto parameters = postconf.run(names);
    if (!parameters) return parameters.error();

    PostfixFacts facts;
    facts.parameters = postfix::parse_parameters(*parameters);
    facts.version = postfix::parse_version(facts.value("mail_version"));
    facts.config_given = !options.config_directory.empty();
    facts.config_directory = facts.config_given ? options.config_directory : facts.value("config_directory");
    facts.services = postfix::parse_services(postconf.text({"-M"}));
    facts.table_types = lines_of(postconf.text({"-m"}));
    take_service_settings(facts, postfix::parse_service_settings(postconf.text({"-P"})));
    gather_files(facts);
    gather_tables(facts);
    return facts;
}

}  // namespace tlspolicy::cli::doctor
