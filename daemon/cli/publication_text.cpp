#include "base/printable.hpp"
#include "cli/publication.hpp"
#include "tlsrpt/record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace tlspolicy::cli {
namespace {

constexpr std::size_t most_gone = 100;       // lines of a difference: whatever is there now may be huge
constexpr std::size_t most_records = 10;     // likewise
constexpr std::size_t longest_string = 255;  // RFC 1035, 3.3: of which a TXT record has one or more
constexpr std::string_view sts_name = "_mta-sts";
constexpr std::string_view report_name = "_smtp._tls";

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

/// A line of a zone file.
std::string txt_record(std::string_view name, const std::string& domain, std::string_view text) {
    std::string line = fmt::format("{}.{}. IN TXT", name, domain);
    do {
        line += fmt::format(" \"{}\"", text.substr(0, longest_string));
        text.remove_prefix(std::min(text.size(), longest_string));
    } while (!text.empty());
    return line + "\n";
}

/// Those that are there now, each a line that goes.
std::string gone_records(std::string_view name, const std::string& domain,
                         const std::vector<std::string>& texts) {
    std::string lines;
    for (const std::string& text : std::span(texts).first(std::min(texts.size(), most_records)))
        lines += "- " + txt_record(name, domain, printable(text, longest_string));
    if (texts.size() > most_records)
        lines += fmt::format("- ... and {} records more\n", texts.size() - most_records);
    return lines;
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

/// Whether the records of TLS reports that are there now say what is wanted.
bool reports_are_as_wanted(const Wish& wish) {
    if (wish.rua.empty()) return true;
    const auto found = tlsrpt::find_record(wish.report_records_now.value_or(std::vector<std::string>()));
    const auto* record = std::get_if<tlsrpt::Record>(&found);
    return record != nullptr && record->uris == wish.rua && record->skipped.empty();
}

}  // namespace

std::string difference(std::string_view before, std::string_view after) {
    const auto old_lines = lines_of(before);
    const auto new_lines = lines_of(after);
    if (old_lines == new_lines) return "";
    std::string text;
    std::size_t gone = 0;
    auto left = old_lines.begin();  // what of the old text has not been told
    const auto tell_gone_until = [&](auto end) {
        for (; left < end; ++left)
            if (!holds(new_lines, *left) && ++gone <= most_gone)
                text += fmt::format("- {}\n", printable(*left, 100));
    };
    for (const std::string_view line : new_lines) {
        const auto same = std::find(left, old_lines.end(), line);
        if (same != old_lines.end()) {
            tell_gone_until(same);
            left = same + 1;
        } else {
            tell_gone_until(std::find_if(left, old_lines.end(), [&](std::string_view old_line) {
                return holds(new_lines, old_line);
            }));
        }
        text += fmt::format("{} {}\n", holds(old_lines, line) ? ' ' : '+', line);
    }
    tell_gone_until(old_lines.end());
    if (gone > most_gone) text += fmt::format("- ... and {} lines more\n", gone - most_gone);
    return text;
}

std::string difference_of_records(const Wish& wish, const Publication& publication) {
    std::string text;
    // The same policy needs no other id.
    const bool same_policy = wish.policy_now && difference(*wish.policy_now, publication.policy).empty();
    if (wish.records_now && !(same_policy && wish.id_now))
        text += gone_records(sts_name, wish.domain, *wish.records_now) + "+ "
                + txt_record(sts_name, wish.domain, publication.record);
    if (wish.report_records_now && !reports_are_as_wanted(wish))
        text += gone_records(report_name, wish.domain, *wish.report_records_now) + "+ "
                + txt_record(report_name, wish.domain, publication.report_record);
    return text;
}

namespace {

std::string change_text(const Wish& wish, const Publication& publication) {
    const std::string policy = wish.policy_now ? difference(*wish.policy_now, publication.policy) : "";
    const std::string records = difference_of_records(wish, publication);
    std::string text;
    if (!wish.policy_now) text += "No policy that could be fetched is published now.\n";
    if (!wish.records_now || !wish.report_records_now)
        text += "Not all records that are published now could be looked up.\n";
    if (policy.empty() && records.empty())
        return text.empty() ? "What is published now is the same: nothing needs to change.\n" : text;
    text += "Against what is published now:\n\n" + indented(policy);
    if (!policy.empty() && !records.empty()) text += "\n";
    return text + indented(records);
}

std::string policy_text(const Wish& wish, const Publication& publication) {
    // At the margin: with blanks before its lines a copy would be no policy.
    const std::string edge(64, '-');
    std::string text = fmt::format(
        "The policy, https://mta-sts.{}/.well-known/mta-sts.txt, is what\n"
        "stands between the lines of dashes:\n\n{}\n",
        wish.domain, edge);
    for (const std::string_view line : lines_of(publication.policy))
        text.append(line).append("\n");
    return text + edge + "\n";
}

}  // namespace

std::string instructions(const Wish& wish, const Publication& publication) {
    std::string text = policy_text(wish, publication) + "\n" + change_text(wish, publication) + "\n";
    text += "The DNS records, beside addresses (A, AAAA) of mta-sts." + wish.domain + ":\n\n";
    text += txt_record(sts_name, wish.domain, publication.record);
    if (!publication.report_record.empty())
        text += txt_record(report_name, wish.domain, publication.report_record);
    else
        text += "\nFor reports of what fails, add --rua mailto:NAME@DOMAIN.\n";
    text += "\n" + steps_text(wish) + "\n" + web_server_text(wish);
    return text;
}

}  // namespace tlspolicy::cli
