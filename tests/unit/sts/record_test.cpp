#include "sts/record.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tlspolicy::sts;

namespace {

void good(std::string_view text, std::string_view id) {
    CAPTURE(text);
    const auto record = parse_record(text);
    REQUIRE(record.has_value());
    CHECK(record->id == id);
}

void bad(std::string_view text) {
    CAPTURE(text);
    const auto record = parse_record(text);
    REQUIRE(record.has_error());
    CHECK(record.error().kind() == tlspolicy::ErrorKind::syntax);
    CHECK_FALSE(record.error().message().empty());
}

void found(const std::vector<std::string>& texts, std::string_view id) {
    CAPTURE(texts.size());
    const auto result = find_record(texts);
    REQUIRE(std::holds_alternative<Record>(result));
    CHECK(std::get<Record>(result).id == id);
}

void none(const std::vector<std::string>& texts, std::string_view why) {
    const auto result = find_record(texts);
    REQUIRE(std::holds_alternative<NoRecord>(result));
    CHECK(std::get<NoRecord>(result).why == why);
}

std::string text_with(char c) {
    return std::string("v=STSv1; id=1; a=") + c + ";";
}

}  // namespace

TEST_CASE("a valid record gives its id") {  // proves STS-3, STS-4
    good("v=STSv1; id=20160831085700Z;", "20160831085700Z");
    good("v=STSv1; id=20160831085700Z", "20160831085700Z");  // the last ';' is optional
    good("v=STSv1;id=1", "1");
    good("v=STSv1 ;id=1", "1");  // sts-field-delim is *WSP ";" *WSP
    good("v=STSv1 \t;\t id=1 \t; \t", "1");
    good("v=STSv1; id=1  ", "1");  // blanks are harmless at the end too
    good("v=STSv1; a=b; id=1", "1");
    good("v=STSv1; id=" + std::string(32, 'Z'), std::string(32, 'Z'));
    good("v=STSv1; id=1; " + std::string(32, 'n') + "=1", "1");
    good("v=STSv1; id=1; 9a_b-c.d=!:<~", "1");                // sts-ext-name, sts-ext-value
    good("v=STSv1; id=1; x=" + std::string(5000, 'y'), "1");  // no limit on values
}

TEST_CASE("of a repeated field the first counts") {  // proves STS-4
    good("v=STSv1; id=1; id=2", "1");
    good("v=STSv1; id=1; id=not_an_id", "1");
    good("v=STSv1; a=1; a=2; id=1", "1");
    bad("v=STSv1; id=not_an_id; id=1");
}

TEST_CASE("unknown fields are ignored, and names are case-sensitive") {  // proves STS-4
    good("v=STSv1; ID=2; id=1", "1");                                    // %s"id": "ID" is an extension
    bad("v=STSv1; ID=1");
}

TEST_CASE("what does not follow the grammar is refused") {  // proves STS-3, STS-4
    bad("");
    bad("v=STSv1");                                        // at least one field
    bad("v=STSv1;");                                       // id is required
    bad("v=STSv1; ");                                      // id is required
    bad("v=STSv1; a=b");                                   // id is required
    bad("v=STSv1; id=");                                   // 1*32
    bad("v=STSv1; id=" + std::string(33, '1'));            // 1*32
    bad("v=STSv1; id=2016-08-31");                         // ALPHA / DIGIT
    bad("v=STSv1; id=a b");                                // ALPHA / DIGIT
    bad("v=STSv1; id=\"1\"");                              // ALPHA / DIGIT
    bad("v=STSv1; id =1");                                 // no blank before '='
    bad("v=STSv1; id= 1");                                 // no blank after '='
    bad("v=STSv1; id");                                    // no '='
    bad("v=STSv1; id=1; ;");                               // an empty field
    bad("v=STSv1;; id=1");                                 // an empty field
    bad("v=STSv1; id=1;;");                                // an empty field
    bad("v=STSv1; id=1; a");                               // name=value
    bad("v=STSv1; id=1; a=");                              // 1*
    bad("v=STSv1; id=1; =b");                              // a name has a character
    bad("v=STSv1; id=1; _a=b");                            // a name begins with ALPHA / DIGIT
    bad("v=STSv1; id=1; a!=b");                            // name characters
    bad("v=STSv1; id=1; a=b=c");                           // %x3C / %x3E-7E: no '=' in a value
    bad("v=STSv1; id=1; a=b c");                           // no SP in a value
    bad("v=STSv1; id=1; " + std::string(33, 'n') + "=1");  // *31
    bad("v=STSv1; id=1; a=\xc3\xbc");                      // US-ASCII
    bad("v=STSv1; id=1\n");                                // WSP is blank and tab
    bad(" v=STSv1; id=1");                                 // v first
    bad("id=1; v=STSv1");                                  // v first
    bad("V=STSv1; id=1");                                  // %s"v=STSv1"
    bad("v=stsv1; id=1");                                  // %s"v=STSv1"
    bad("v=STSv10; id=1");                                 // another version
    bad("v = STSv1; id=1");                                // no blanks in it
    for (int c = 0; c < 256; ++c) {
        if (c > ' ' && c < 0x7f && c != '=' && c != ';') {
            good(text_with(static_cast<char>(c)), "1");
        } else {
            bad(text_with(static_cast<char>(c)));
        }
    }
}

TEST_CASE("the one record that begins with the version is found among others") {  // proves STS-1, STS-2
    found({"v=STSv1; id=1"}, "1");
    found({"v=spf1 -all", "v=STSv1; id=1", "", "google-site-verification=x"}, "1");
    found({"v=STSv10; id=2", "v=STSv1; id=1"}, "1");
    found({"V=STSv1; id=2", "v=STSv1;id=1"}, "1");
    found({"v=STSv1", "v=STSv1;id=1"}, "1");    // without a ';' it does not count
    found({" v=STSv1;", "v=STSv1;id=1"}, "1");  // it has to begin with the version
    found({std::string(300, 'x'), "v=STSv1; id=1"}, "1");
}

TEST_CASE(
    "no record, several or an invalid one announce no policy, and why is told") {  // proves STS-2, STS-3
    none({}, "no TXT record begins with v=STSv1;");
    none({""}, "no TXT record begins with v=STSv1;");
    none({"v=STSv10; id=1"}, "no TXT record begins with v=STSv1;");
    none({"v=STSv1"}, "no TXT record begins with v=STSv1;");
    none({"v=STSv1; id=1", "v=STSv1; id=1"}, "2 TXT records begin with v=STSv1;");
    none({"v=STSv1; id=1", "v=STSv1 ; rubbish", "x", "v=STSv1;"}, "3 TXT records begin with v=STSv1;");
    none({"v=STSv1;"}, "the TXT record is invalid: id is missing");
    none({"v=STSv1; id=a-b"}, "the TXT record is invalid: id has the invalid value \"a-b\"");
    none({"v=STSv1; id\n"}, "the TXT record is invalid: \"id\\x0a\" is not name=value");
    none({"v=STSv1; id=1;;"}, "the TXT record is invalid: an empty field");
}
