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

}  // namespace tlspolicy::cli
