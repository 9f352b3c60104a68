#include "cli/doctor_judges.hpp"
#include "cli/doctor_words.hpp"

#include <fmt/format.h>

namespace tlspolicy::cli::doctor {
namespace {

constexpr std::string_view why = "Mail is deferred as long as Postfix cannot ask.";
constexpr std::string_view usual_queue = "/var/spool/postfix";        // the one that tlspolicyd.service knows
constexpr std::string_view restart = "systemctl restart tlspolicyd";  // a reload opens no sockets

/// What a socket within the queue directory asks of the daemon's configuration.
std::string listen_lines(const std::string& path, const MailUser& user) {
    return fmt::format("listen: [{{socketmap: \"unix:{}\", mode: \"0660\", group: {}}}]", path, user.name);
}

/// How the daemon comes to listen in the queue directory. Its unit lets it write there in
/// /var/spool/postfix/tlspolicyd alone, and only if that is there when it starts. Through the set-group-ID
/// bit the socket gets its group without the daemon being in it, as in tmpfiles.d/tlspolicyd.conf.
std::string move_lines(const std::string& queue, const std::string& relative, const MailUser& user) {
    const std::string directory = queue + "/tlspolicyd";
    std::string lines = fmt::format("install -d -m 2750 -o tlspolicyd -g {} {}; in tlspolicyd.yaml {}",
                                    user.name, directory, listen_lines(queue + "/" + relative, user));
    if (queue != usual_queue)
        lines += fmt::format("; in systemctl edit tlspolicyd: [Service] ReadWritePaths={}", directory);
    return lines;
}

std::string table_text(const std::string& path, const postfix::TableServer& server) {
    return fmt::format("socketmap:unix:{}:{}", path, server.map);
}

std::string line_with(const PostfixFacts& postfix, const TriedTable& table, const std::string& text) {
    std::string value;
    for (const TriedTable& each : postfix.tables)
        value += (value.empty() ? "" : ", ") + (&each == &table ? text : each.table.text);
    return postconf_line(postfix, "smtp_tls_policy_maps", value);
}

/// An absolute path that a chroot moves: what to do depends on where the socket is.
void judge_moved(const PostfixFacts& postfix, const TriedTable& table, const std::string& barrier,
                 Findings& findings) {
    const auto& server = std::get<postfix::TableServer>(table.table.server);
    const std::string path = std::get<postfix::TableSocket>(server.where).path;
    const std::string queue = postfix.value("queue_directory");
    const bool within = path.compare(0, queue.size() + 1, queue + "/") == 0;
    const std::string relative = within ? path.substr(queue.size() + 1) : "tlspolicyd/socketmap";
    std::string fix = line_with(postfix, table, table_text(relative, server));
    if (!within)
        fix = fmt::format("{}; {}; {}", move_lines(queue, relative, *postfix.mail_user), fix, restart);
    findings.push_back(
        {Severity::problem, fmt::format("Postfix cannot use {}: {}", table.table.text, barrier),
         fmt::format("The smtp client runs in a chroot, where an absolute path begins in {}. {}", queue, why),
         fix, "socketmap_table(5)"});
}

}  // namespace

bool judge_socket(const PostfixFacts& postfix, const TriedTable& table, Findings& findings) {
    if (!postfix.mail_user || table.socket.empty()) return true;
    const auto found = barrier(table.socket, *postfix.mail_user);
    if (!found) return true;
    const auto& server = std::get<postfix::TableServer>(table.table.server);
    const std::string path = std::get<postfix::TableSocket>(server.where).path;
    if (path.front() == '/' && smtp_is_chrooted(postfix) && !table.table.proxied) {
        judge_moved(postfix, table, *found, findings);
        return false;
    }
    // The mode and group of directories are the operator's, those of the socket the daemon's.
    const bool by_mode = found->find(" has mode ") != std::string::npos;
    const bool of_socket = found->compare(0, table.socket.back().path.size(), table.socket.back().path) == 0;
    std::string fix = "Start tlspolicyd, and see that listen: in its configuration has this path.";
    if (by_mode && of_socket)
        fix = fmt::format("In tlspolicyd.yaml: {}; {}",
                          listen_lines(table.socket.back().path, *postfix.mail_user), restart);
    else if (by_mode)
        fix = "Let the user " + postfix.mail_user->name + " pass: chmod o+x on that directory.";
    findings.push_back({Severity::problem, fmt::format("Postfix cannot use {}: {}", table.table.text, *found),
                        std::string(why), fix, "socketmap_table(5)"});
    return false;
}

}  // namespace tlspolicy::cli::doctor
