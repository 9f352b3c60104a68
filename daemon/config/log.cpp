#include "config/log.hpp"

#include <array>
#include <string>
#include <syslog.h>
#include <utility>

namespace tlspolicy::config {
namespace {

constexpr std::array<std::pair<std::string_view, int>, 18> facilities{{
    {"auth", LOG_AUTH},
    {"authpriv", LOG_AUTHPRIV},
    {"cron", LOG_CRON},
    {"daemon", LOG_DAEMON},
    {"ftp", LOG_FTP},
    {"lpr", LOG_LPR},
    {"mail", LOG_MAIL},
    {"news", LOG_NEWS},
    {"user", LOG_USER},
    {"uucp", LOG_UUCP},
    {"local0", LOG_LOCAL0},
    {"local1", LOG_LOCAL1},
    {"local2", LOG_LOCAL2},
    {"local3", LOG_LOCAL3},
    {"local4", LOG_LOCAL4},
    {"local5", LOG_LOCAL5},
    {"local6", LOG_LOCAL6},
    {"local7", LOG_LOCAL7},
}};

}  // namespace

Result<LogTarget> parse_log_target(std::string_view text) {
    using Kind = LogTarget::Kind;
    if (text == "auto") return LogTarget{Kind::automatic};
    if (text == "journal") return LogTarget{Kind::journal};
    if (text == "stderr") return LogTarget{Kind::standard_error};
    constexpr std::string_view syslog = "syslog:";
    if (text.starts_with(syslog)) {
        for (const auto& [name, facility] : facilities)
            if (text.substr(syslog.size()) == name) return LogTarget{Kind::syslog, facility};
        return Error(
            ErrorKind::syntax,
            "names no facility; allowed: syslog: and mail, daemon, user, auth, authpriv, cron, ftp, lpr, "
            "news, uucp or local0 to local7");
    }
    return Error(ErrorKind::syntax, "is no target; allowed: auto, journal, stderr, syslog:mail");
}

}  // namespace tlspolicy::config
