#include "cli/wish.hpp"

#include "cli/judge_policy.hpp"
#include "engine/records_in.hpp"
#include "tlsrpt/record.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace tlspolicy::cli {
namespace {

/// Of the TXT records of a name those that begin like this; nullopt: they could not be looked up.
std::optional<std::vector<std::string>> texts_in(const engine::DnsAnswer<engine::TxtRecords>& answer,
                                                 std::string_view beginning) {
    if (!answer) return std::nullopt;
    std::vector<std::string> texts;
    if (const auto* records = engine::records_in(answer))
        for (const std::string& text : records->texts)
            if (text.starts_with(beginning)) texts.push_back(text);
    return texts;
}

/// Where reports go now: who changes a policy does not mean to end them.
std::vector<std::string> rua_in(const std::vector<std::string>& texts) {
    const auto found = tlsrpt::find_record(texts);
    const auto* record = std::get_if<tlsrpt::Record>(&found);
    return record == nullptr ? std::vector<std::string>() : record->uris;
}

Error mode_not_known(const inquiry::Survey& survey) {
    std::string why = "it is not valid";
    if (!survey.policy.body) why = survey.policy.body.error().message();
    if (!survey.record) why = survey.record.error().message();
    return {ErrorKind::invalid,
            fmt::format("the policy that is published now could not be read: {}; say with --mode which mode "
                        "is meant",
                        why)};
}

/// The names of the MX records.
Result<std::vector<std::string>> hosts_in(const inquiry::Survey& survey) {
    const auto domain = survey.domain.text();
    if (survey.mx == dane::MxState::failed)
        return Error(ErrorKind::dns,
                     fmt::format("the mail hosts of {} could not be looked up: {}; name them with --mx",
                                 domain, survey.mx_why));
    std::vector<std::string> names;
    for (const auto& host : survey.hosts) {
        if (!Domain::parse(host.name))
            return Error(ErrorKind::invalid,
                         fmt::format("an MX record of {} names {}, which is not the name of a host and can "
                                     "stand in no policy; correct it, or name the hosts with --mx",
                                     domain, host.name));
        names.push_back(host.name);
    }
    return names;
}

}  // namespace

Result<Wish> wish_for(const inquiry::Survey& survey, const Asked& asked) {
    Wish wish;
    wish.domain = survey.domain.text();
    wish.now = survey.now;
    wish.id_now = id_in(survey);
    if (survey.policy.body) wish.policy_now = *survey.policy.body;
    wish.records_now = texts_in(survey.record, "v=STSv1");
    wish.report_records_now = texts_in(survey.reporting, "v=TLSRPTv1");
    if (const auto policy = policy_in(survey)) {
        wish.mode = policy->mode;
        wish.max_age = policy->max_age;
    } else if (!asked.mode && (!wish.records_now || !wish.records_now->empty())) {
        return mode_not_known(survey);
    }
    wish.mode = asked.mode.value_or(wish.mode);
    wish.max_age = asked.max_age.value_or(wish.max_age);
    wish.mx = asked.mx;
    if (asked.mx.empty()) {
        auto names = hosts_in(survey);
        if (names)
            wish.mx = std::move(*names);
        else if (wish.mode != sts::Mode::none)  // which needs no hosts (RFC 8461, 3.2)
            return names.error();
    }
    wish.rua = asked.rua;
    if (asked.rua.empty() && wish.report_records_now) wish.rua = rua_in(*wish.report_records_now);
    return wish;
}

}  // namespace tlspolicy::cli
