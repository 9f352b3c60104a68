#include "base/domain.hpp"

#include "base/ascii.hpp"
#include "fuzz/target.hpp"

#include <algorithm>

using namespace tlspolicy;
using tlspolicy::fuzz::invariant;

namespace {

bool is_canonical_char(char c) {
    return ascii::is_lower(c) || ascii::is_digit(c) || c == '-' || c == '_' || c == '.';
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input = fuzz::as_text(data, size);
    const auto domain = Domain::parse(input);
    if (!domain) {
        invariant(domain.error().kind() == ErrorKind::syntax, "a refusal is a syntax error");
        invariant(domain.error().message().size() < 1000, "a message is bounded");
        const std::string message = domain.error().message();
        invariant(std::all_of(message.begin(), message.end(), ascii::is_printable), "a message is printable");
        return 0;
    }
    const std::string_view text = domain->text();
    invariant(text.size() >= 3 && text.size() <= 253, "a name has 3 to 253 characters");
    invariant(std::all_of(text.begin(), text.end(), is_canonical_char), "a name is canonical");
    invariant(text.find('.') != std::string_view::npos, "a name has two labels");
    invariant(text.front() != '.' && text.back() != '.', "no empty label at the ends");
    invariant(text.find("..") == std::string_view::npos, "no empty label within");
    invariant(text.front() != '-' && text.back() != '-', "no hyphen at the ends");

    const auto again = Domain::parse(text);
    invariant(again.has_value() && *again == *domain, "the canonical form is a fixed point");
    const auto below = domain->below("_mta-sts");
    invariant(below.has_value() == (text.size() + 9 <= 253), "a label goes in front while there is room");
    return 0;
}
