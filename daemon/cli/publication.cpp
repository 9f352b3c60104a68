#include "cli/publication.hpp"

#include "base/ascii.hpp"
#include "base/printable.hpp"
#include "sts/record.hpp"
#include "tlsrpt/record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace tlspolicy::cli {
namespace {

constexpr std::size_t id_digits = 14;
constexpr std::size_t most_gone = 100;  // lines of a difference: whatever is there now may be huge

std::string as_id(WallTime time) {
    const std::time_t seconds =
        std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
    std::tm fields{};
    gmtime_r(&seconds, &fields);
    return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}", fields.tm_year + 1900, fields.tm_mon + 1,
                       fields.tm_mday, fields.tm_hour, fields.tm_min, fields.tm_sec);
}

bool looks_like_ours(std::string_view id) {
    return id.size() == id_digits && std::all_of(id.begin(), id.end(), ascii::is_digit);
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (!line.empty()) lines.push_back(line);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

bool holds(const std::vector<std::string_view>& lines, std::string_view line) {
    return std::find(lines.begin(), lines.end(), line) != lines.end();
}

std::string indented(std::string_view text) {
    std::string moved;
    for (const std::string_view line : lines_of(text))
        moved.append("    ").append(line).append("\n");
    return moved;
}

Result<std::string> compose_report_record(const std::vector<std::string>& rua) {
    if (rua.empty()) return std::string();
    for (const std::string& uri : rua)
        if (!tlsrpt::is_usable_uri(uri))
            return Error(ErrorKind::syntax,
                         fmt::format("--rua \"{}\": write mailto:NAME@DOMAIN or https://HOST/PATH, and in it "
                                     "%2C, %3B and %21 for a comma, a semicolon and an exclamation mark",
                                     printable(uri, 100)));
    std::string text = fmt::format("v=TLSRPTv1; rua={};", fmt::join(rua, ","));
    const auto read_back = tlsrpt::parse_record(text);
    if (!read_back || read_back->uris != rua)
        return Error(ErrorKind::invalid, fmt::format("--rua: {} are too many for one record", rua.size()));
    return text;
}

}  // namespace

std::string fresh_id(WallTime now, const std::optional<std::string>& published) {
    std::string id = as_id(now);
    if (!published || !looks_like_ours(*published) || id > *published) return id;
    // A second try within one second, or a clock that has been set back.
    std::string next = fmt::format("{:014}", std::stoull(*published) + 1);
    return next.size() == id_digits ? next : id;  // nothing comes after all nines, which no clock has written
}

Result<Publication> compose(const Wish& wish) {
    if (wish.max_age < std::chrono::seconds(1) || wish.max_age > sts::longest_max_age)
        return Error(ErrorKind::syntax,
                     fmt::format("--max-age: allowed: 1s to {}s, a year", sts::longest_max_age.count()));
    Publication made;
    made.policy = fmt::format("version: STSv1\r\nmode: {}\r\n", sts::name_of(wish.mode));
    for (const std::string& pattern : wish.mx) {
        const auto valid = sts::MxPattern::parse(pattern);
        if (!valid) return valid.error().in("mx " + printable(pattern, 100));
        made.policy += fmt::format("mx: {}\r\n", valid->text());
    }
    made.policy += fmt::format("max_age: {}\r\n", wish.max_age.count());
    if (const auto valid = sts::parse_policy(made.policy); !valid)
        return Error(ErrorKind::invalid,
                     fmt::format("{}: no mail host is known to put into the policy; name one "
                                 "with --mx",
                                 wish.domain));
    made.id = fresh_id(wish.now, wish.id_now);
    made.record = fmt::format("v=STSv1; id={};", made.id);
    auto report_record = compose_report_record(wish.rua);
    if (!report_record) return report_record.error();
    made.report_record = std::move(*report_record);
    return made;
}

std::string difference(std::string_view before, std::string_view after) {
    const auto old_lines = lines_of(before);
    const auto new_lines = lines_of(after);
    if (old_lines == new_lines) return "";
    std::string text;
    std::size_t gone = 0;
    for (const std::string_view line : old_lines)
        if (!holds(new_lines, line) && ++gone <= most_gone)
            text += fmt::format("- {}\n", printable(line, 100));
    if (gone > most_gone) text += fmt::format("- ... and {} lines more\n", gone - most_gone);
    for (const std::string_view line : new_lines)
        text += fmt::format("{} {}\n", holds(old_lines, line) ? ' ' : '+', line);
    return text;
}

namespace {

std::string records_text(const Wish& wish, const Publication& publication) {
    std::string text = fmt::format("    _mta-sts.{}. IN TXT \"{}\"\n", wish.domain, publication.record);
    if (!publication.report_record.empty())
        text += fmt::format("    _smtp._tls.{}. IN TXT \"{}\"\n", wish.domain, publication.report_record);
    return text;
}

std::string web_server_text(const Wish& wish) {
    return fmt::format(R"(The web server, one of these. The file is /var/www/mta-sts/mta-sts.txt; the
certificate names mta-sts.{0} and comes with its whole chain.

  nginx:
    server {{
        listen 443 ssl;
        listen [::]:443 ssl;
        server_name mta-sts.{0};
        ssl_certificate /etc/letsencrypt/live/mta-sts.{0}/fullchain.pem;
        ssl_certificate_key /etc/letsencrypt/live/mta-sts.{0}/privkey.pem;
        location = /.well-known/mta-sts.txt {{
            alias /var/www/mta-sts/mta-sts.txt;
            default_type text/plain;
        }}
    }}

  Apache:
    <VirtualHost *:443>
        ServerName mta-sts.{0}
        SSLEngine on
        SSLCertificateFile /etc/letsencrypt/live/mta-sts.{0}/fullchain.pem
        SSLCertificateKeyFile /etc/letsencrypt/live/mta-sts.{0}/privkey.pem
        Alias /.well-known/mta-sts.txt /var/www/mta-sts/mta-sts.txt
        <Directory /var/www/mta-sts>
            ForceType text/plain
            Require all granted
        </Directory>
    </VirtualHost>

  Caddy (it gets the certificate by itself):
    mta-sts.{0} {{
        header /.well-known/mta-sts.txt Content-Type text/plain
        rewrite /.well-known/mta-sts.txt /mta-sts.txt
        root * /var/www/mta-sts
        file_server
    }}
)",
                       wish.domain);
}

/// RFC 8461, 8.1: whoever sees the new id must find the new policy. RFC 8461, 8.3: an end has its own order.
std::string steps_text(const Wish& wish) {
    const std::string check = fmt::format("tlspolicy check {}", wish.domain);
    if (wish.mode == sts::Mode::none)
        return fmt::format(R"(In this order (RFC 8461, 8.3):
 1. Replace the policy file by the one above, with mode none.
 2. Change the TXT record to the new id. {}
 3. Wait until every sender has forgotten the former policy: as long as the
    greatest max_age that it ever had, and longer than the record's TTL.
 4. Remove the TXT record, and only then the policy file and its host.
)",
                           check);
    return fmt::format(R"(In this order (RFC 8461, 8.1):
 1. See that every mail host offers STARTTLS and a certificate for its name.
 2. Put the policy file in place, and see that
    https://mta-sts.{}/.well-known/mta-sts.txt shows it.
 3. Only then publish or change the TXT record: senders that see a new id
    fetch the policy at once, and keep what they find.
 4. {}
)",
                       wish.domain, check);
}

std::string change_text(const Wish& wish, const Publication& publication) {
    if (!wish.policy_now) return "Nothing that could be fetched is published now.\n";
    const std::string changes = difference(*wish.policy_now, publication.policy);
    if (changes.empty()) return "The policy that is published now is the same: nothing needs to change.\n";
    return "Against what is published now:\n\n" + indented(changes);
}

}  // namespace

std::string instructions(const Wish& wish, const Publication& publication) {
    std::string text =
        fmt::format("The policy, https://mta-sts.{}/.well-known/mta-sts.txt:\n\n", wish.domain);
    text += indented(publication.policy) + "\n";
    text += change_text(wish, publication) + "\n";
    text += "The DNS records, beside addresses (A, AAAA) of mta-sts." + wish.domain + ":\n\n";
    text += records_text(wish, publication);
    if (publication.report_record.empty())
        text += "\nFor reports of what fails, add --rua mailto:NAME@DOMAIN.\n";
    text += "\n" + steps_text(wish) + "\n" + web_server_text(wish);
    return text;
}

}  // namespace tlspolicy::cli
