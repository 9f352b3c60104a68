#include "inquiry/name_list.hpp"

#include <doctest/doctest.h>

namespace tlspolicy::inquiry {

using Names = std::vector<std::string>;

TEST_CASE("a list has a name a line, and comments and blanks besides") {
    CHECK(read_names("").value().empty());
    CHECK(read_names("a.example\nb.example\n").value() == Names{"a.example", "b.example"});
    CHECK(read_names("a.example\r\n\n \t\n# none\n  b.example  # the second").value()
          == Names{"a.example", "b.example"});
    CHECK(read_names("[relay.example]:587").value() == Names{"[relay.example]:587"});
}

TEST_CASE("a line that is no name is refused with its number") {
    CHECK(read_names("a.example\n\nb.example secure").error().message()
          == "line 3: \"b.example secure\" is more than one name");
    CHECK(read_names(std::string(10'001, 'a')).error().message()
          == "line 1: a name of more than 10000 octets");
}

}  // namespace tlspolicy::inquiry
