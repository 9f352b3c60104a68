#pragma once

#include "base/printable.hpp"
#include "inquiry/explanation.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <string_view>

/// The parts of the JSON that "tlspolicy explain" prints.
namespace tlspolicy::cli {

void add_policy(boost::json::object& whole, const inquiry::Explanation& explanation);
void add_mail_hosts(boost::json::object& whole, const inquiry::Explanation& explanation);

inline boost::json::string text(std::string_view words) {
    return boost::json::string(words);
}
/// Remote text, which may be anything.
inline boost::json::string safe(std::string_view words) {
    return text(printable(words, 4096));
}

boost::json::array texts_of(const std::vector<IpAddress>& addresses);

/// What all lookups have in common; the records are the caller's.
template <class Records>
boost::json::object answered(const engine::DnsAnswer<Records>& answer) {
    boost::json::object said;
    if (!answer) {
        said["error"] = safe(answer.error().message());
        return said;
    }
    if (const auto* absent = std::get_if<engine::Absent>(&*answer)) {
        said["absent"] = absent->why == engine::Absent::Why::nxdomain ? "nxdomain" : "nodata";
        said["secure"] = absent->secure;
        return said;
    }
    const auto& records = std::get<Records>(*answer);
    said["ttl_ms"] = records.ttl.count();
    if constexpr (requires { records.secure; }) said["secure"] = records.secure;
    return said;
}

template <class Said>
void add_times(boost::json::object& object, const inquiry::Step<Said>& step, Time begun) {
    object["name"] = text(step.name);
    object["begun_ms"] = (step.begun - begun).count();
    object["took_ms"] = step.took().count();
}

}  // namespace tlspolicy::cli
