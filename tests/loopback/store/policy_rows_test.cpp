// The tables of the own store, without its thread.
#include "store/policy_rows.hpp"

#include "loopback/store/store_fixture.hpp"

#include <doctest/doctest.h>

#include <string>

namespace tlspolicy::test {
namespace {

using std::chrono::hours;

const Time now{hours(1000)};
const WallTime wall{hours(24 * 365 * 57)};

/// An open file, of which a test goes through the steps of tidying.
class Rows {
public:
    Rows() {
        REQUIRE(store::prepare_schema(database_, true).has_value());
        rows_.emplace(store::PolicyRows::prepare(database_, store::Database::Access::read_write).value());
    }
    store::PolicyRows* operator->() { return &*rows_; }
    store::PolicyRows& operator*() { return *rows_; }

    void save(int number, const std::string& text, Duration life) {
        auto policy = numbered(number, now);
        policy.body = text;
        policy.fetched = now - hours(1000);
        policy.expires = now + life;
        REQUIRE(rows_->save(policy, calendar_).has_value());
    }
    bool tidy_step() { return rows_->tidy(wall).value(); }
    int tidy() {
        int steps = 1;
        while (!tidy_step())
            ++steps;
        return steps;
    }
    bool has(int number) { return rows_->find(domain_name(number), calendar_).value().has_value(); }
    std::int64_t count(const char* table) {
        return database_.number(("SELECT count(*) FROM " + std::string(table)).c_str()).value();
    }
    store::Database& database() { return database_; }

private:
    StoreDirectory directory_;
    store::Database database_ = open_database(directory_.file());
    store::Calendar calendar_{std::nullopt, {"boot-1", now, wall}};
    std::optional<store::PolicyRows> rows_;
};

}  // namespace

TEST_CASE("tidying goes through many rows in short steps, and removes what has expired with its texts") {
    Rows rows;
    REQUIRE(rows.database().run("BEGIN").has_value());
    for (int i = 0; i < 5000; ++i)
        rows.save(i, "text " + std::to_string(i), i % 5 == 0 ? hours(1) : -hours(1));
    REQUIRE(rows.database().run("COMMIT").has_value());
    rows.tidy_step();
    CHECK(rows.count("policies") >= 4000);
    CHECK(rows.count("policies") < 5000);
    CHECK(rows.tidy() > 6);
    CHECK(rows.count("policies") == 1000);
    CHECK(rows.count("texts") == 1000);
    CHECK(rows.has(5));
    CHECK_FALSE(rows.has(6));
    CHECK(rows.tidy() == 4);  // from the beginning
}

TEST_CASE("a text that is taken up again while the store is tidied stays") {
    Rows rows;
    rows.save(1, "one", -hours(1));
    rows.save(2, "two", hours(1));
    CHECK_FALSE(rows.tidy_step());  // nobody has text "one" any more
    rows.save(0, "one", hours(1));  // before where the steps have come to
    rows.tidy();
    CHECK(rows.count("texts") == 2);
    CHECK(rows.has(0));
    CHECK(rows.has(2));
}

}  // namespace tlspolicy::test
