#pragma once

#include "dane/standing.hpp"
#include "engine/decide.hpp"
#include "postfix/answer.hpp"

#include <string>
#include <string_view>

/// What answers and rules mean, in plain words.
namespace tlspolicy::inquiry {

/// What Postfix does with an answer.
std::string deed_of(const postfix::Answer& answer);

/// Why a rule says what it says: "mode enforce (RFC 8461, 5)".
std::string_view words_for(engine::Rule rule) noexcept;
std::string_view words_for(dane::Standing standing) noexcept;
std::string_view words_for(dane::HostState state) noexcept;

}  // namespace tlspolicy::inquiry
