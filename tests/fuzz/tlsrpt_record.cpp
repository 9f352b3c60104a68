#include "base/ascii.hpp"
#include "fuzz/target.hpp"
#include "tlsrpt/record.hpp"

#include <algorithm>
#include <string>

using namespace tlspolicy;
using tlspolicy::fuzz::invariant;

/// The input is one TXT record.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(fuzz::as_text(data, size));
    const auto record = tlsrpt::parse_record(text);
    if (!record) {
        const std::string why = record.error().message();
        invariant(std::all_of(why.begin(), why.end(), ascii::is_printable), "a reason is printable");
        return 0;
    }
    invariant(text.starts_with("v=TLSRPTv1"), "a record begins with its version");
    invariant(!record->uris.empty() || !record->skipped.empty(), "a record says where to");
    for (const std::string& uri : record->uris) {
        invariant(tlsrpt::is_usable_uri(uri), "only what is usable is used");
        invariant(text.find(uri) != std::string::npos, "a URI stands in the record");
        invariant(std::all_of(uri.begin(), uri.end(), ascii::is_printable), "a URI is printable");
    }
    for (const std::string& skipped : record->skipped)
        invariant(std::all_of(skipped.begin(), skipped.end(), ascii::is_printable), "so is what is skipped");
    return 0;
}
