#pragma once

#include "postfix/answer.hpp"

#include <string>
#include <string_view>

namespace tlspolicy::postfix {

/// "OK secure match=...", "NOTFOUND ": what socketmap says, without its frame.
std::string reply_text(const Answer& answer, std::string_view policy_domain);

}  // namespace tlspolicy::postfix
