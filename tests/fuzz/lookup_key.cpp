#include "postfix/lookup_key.hpp"

#include "fuzz/target.hpp"

#include <string>

using namespace tlspolicy;
using tlspolicy::fuzz::invariant;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input = fuzz::as_text(data, size);
    const auto key = postfix::LookupKey::parse(input);
    // Whatever is a domain is a key of itself: the cheap refusals in front of Domain::parse refuse nothing
    // more.
    const auto domain = Domain::parse(input);
    if (domain) {
        invariant(key.has_value(), "a domain is a key");
        invariant(key->domain() == *domain && !key->bracketed() && !key->port(), "and means itself");
    }
    if (!key) return 0;

    invariant(key->bracketed() == (input.front() == '['), "brackets are seen");
    invariant(key->port() != 0, "there is no port 0");
    std::string canonical(key->domain().text());
    if (key->bracketed()) canonical = "[" + canonical + "]";
    if (key->port()) canonical += ":" + std::to_string(*key->port());
    const auto again = postfix::LookupKey::parse(canonical);
    invariant(again.has_value(), "the canonical form is a key");
    invariant(again->domain() == key->domain() && again->port() == key->port()
                  && again->bracketed() == key->bracketed(),
              "and the same key");
    return 0;
}
