#pragma once

#include "engine/ports.hpp"
#include "store/calendar.hpp"
#include "store/sqlite_database.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace tlspolicy::store {

/// Finds flipped bits; it does not resist somebody who may write to the file.
std::uint64_t seal_of(std::string_view bytes, std::uint64_t before = 0xCBF29CE484222325U) noexcept;

/// The tables of an open file (sqlite_schema.hpp), as policies. Used on the store thread.
class PolicyRows {
public:
    /// `read_only`: only what reads is there, and the tables may be those of an earlier version.
    static SqliteResult<PolicyRows> prepare(Database& database, Database::Access access);

    /// nullopt: none. `damaged` counts up where a row's seal is broken: such a row is as good as none.
    SqliteResult<std::optional<engine::StoredPolicy>> find(std::string_view domain, const Calendar& calendar);
    SqliteResult<void> save(const engine::StoredPolicy& policy, const Calendar& calendar);
    SqliteResult<void> erase(std::string_view domain);
    SqliteResult<void> mark(std::string_view domain, WallTime checked, WallTime used);

    /// Up to `most` policies after this position, in the order of use, the latest first.
    struct Position {
        std::int64_t used = INT64_MAX;
        std::string domain;
    };
    SqliteResult<std::vector<engine::StoredPolicy>> page(Position& position, std::size_t most,
                                                         const Calendar& calendar);

    /// Policies fetched after `from` were dated by a calendar that was wrong: they are dated again by
    /// another. How many there were.
    SqliteResult<std::size_t> redate(WallTime from, const Calendar& wrong, const Calendar& right);

    SqliteResult<std::optional<Anchor>> anchor();
    SqliteResult<void> set_anchor(const Anchor& anchor);
    /// A step through all that is there, short enough that nobody notices: removes what expired before this
    /// time, and at the end texts that nobody has any more. True: that was the last step.
    SqliteResult<bool> tidy(WallTime expired_before);

    std::size_t damaged() const noexcept { return damaged_; }

private:
    explicit PolicyRows(Database& database) : database_(&database) {}
    std::optional<engine::StoredPolicy> read(Statement& row, const Calendar& calendar);
    SqliteResult<std::int64_t> text_number(std::string_view body);
    SqliteResult<bool> tidy_policies(WallTime expired_before);
    SqliteResult<bool> tidy_texts();

    Database* database_;
    Statement find_;
    Statement save_;
    Statement erase_;
    Statement mark_;
    Statement page_;
    Statement find_text_;
    Statement save_text_;
    Statement anchor_;
    Statement set_anchor_;
    Statement fetched_after_;
    Statement step_;
    Statement remove_expired_;
    Statement texts_of_;
    Statement step_texts_;
    std::size_t damaged_ = 0;

    struct Tidying {
        bool under_way = false;
        std::string domain = {};  // policies are done up to here
        bool policies_done = false;
        std::int64_t text = 0;  // likewise
        std::unordered_set<std::int64_t> in_use =
            {};  // texts, as far as policies are done, or saved meanwhile
    };
    Tidying tidying_;
};

}  // namespace tlspolicy::store
