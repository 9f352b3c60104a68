#include "smtp/probe.hpp"

#include <boost/beast/core/error.hpp>
#include <doctest/doctest.h>

namespace tlspolicy::smtp {
namespace {

namespace errc = boost::system::errc;

Step step_for(errc::errc_t code) {
    return step_of({code, boost::system::system_category()});  // as connect(2) reports it
}

TEST_CASE("only what the host itself says is a refusal") {
    for (const auto code : {errc::connection_refused, errc::connection_reset})
        CHECK(step_for(code) == Step::refused);
    for (const auto code : {errc::network_unreachable, errc::host_unreachable,
                            errc::address_family_not_supported, errc::address_not_available})
        CHECK(step_for(code) == Step::unreachable);
    CHECK(step_for(errc::timed_out) == Step::timed_out);
    CHECK(step_of(boost::beast::error::timeout) == Step::timed_out);
    for (const auto code : {errc::operation_not_permitted, errc::permission_denied, errc::too_many_files_open,
                            errc::no_buffer_space})
        CHECK(step_for(code) == Step::not_from_here);
}

}  // namespace
}  // namespace tlspolicy::smtp
