#include "cli/wish.hpp"

#include "cli/judge_policy.hpp"
#include "tlsrpt/record.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tlspolicy::cli {
namespace {

/// Where reports go now: who changes a policy does not mean to end them.
std::vector<std::string> published_rua(const inquiry::Survey& survey) {
    const auto* texts = survey.reporting ? std::get_if<engine::TxtRecords>(&*survey.reporting) : nullptr;
    if (texts == nullptr) return {};
    const auto found = tlsrpt::find_record(texts->texts);
    const auto* record = std::get_if<tlsrpt::Record>(&found);
    return record == nullptr ? std::vector<std::string>() : record->uris;
}

bool announces(const std::string& text) {
    return text.starts_with("v=STSv1");
}

/// Whether a policy is announced that could not be read.
bool is_hidden(const inquiry::Survey& survey) {
    if (policy_in(survey)) return false;
    if (!survey.record) return true;
    const auto* texts = std::get_if<engine::TxtRecords>(&*survey.record);
    return texts != nullptr && std::any_of(texts->texts.begin(), texts->texts.end(), announces);
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
    if (!asked.mode && is_hidden(survey)) return mode_not_known(survey);
    Wish wish;
    wish.domain = survey.domain.text();
    if (const auto policy = policy_in(survey)) {
        wish.mode = policy->mode;
        wish.max_age = policy->max_age;
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
    wish.rua = asked.rua.empty() ? published_rua(survey) : asked.rua;
    wish.now = survey.now;
    wish.id_now = id_in(survey);
    if (survey.policy.body) wish.policy_now = *survey.policy.body;
    return wish;
}

}  // namespace tlspolicy::cli
