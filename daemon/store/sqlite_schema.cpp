#include "store/sqlite_schema.hpp"

#include <array>
#include <string>

namespace tlspolicy::store {
namespace {

// Step n leads from version n to n + 1; what has been released is never changed. Times are milliseconds since
// 1970 by the store's calendar. `seal` is a checksum: SQLite has none (policy_rows.hpp).
constexpr std::array<const char*, schema_version> steps{R"sql(
CREATE TABLE texts (          -- policy bodies as fetched, each once: many domains publish their provider's
    number INTEGER PRIMARY KEY,
    seal   INTEGER NOT NULL,
    body   BLOB NOT NULL
) STRICT;
CREATE INDEX texts_by_seal ON texts (seal);
CREATE TABLE policies (
    domain          TEXT PRIMARY KEY NOT NULL,
    text            INTEGER NOT NULL REFERENCES texts (number),
    id              TEXT NOT NULL,
    fetched         INTEGER NOT NULL,
    expires         INTEGER NOT NULL,
    checked         INTEGER NOT NULL,
    last_used       INTEGER NOT NULL,
    failure_class   TEXT,     -- of the latest recheck or refresh; NULL: it went well
    failure_reason  TEXT,
    failure_id      TEXT,
    failure_count   INTEGER,
    failure_retry   INTEGER,
    seal            INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX policies_by_use ON policies (last_used, domain);
CREATE TABLE anchor (         -- when the last change was written, by both clocks (calendar.hpp)
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    boot     TEXT NOT NULL,
    time     INTEGER NOT NULL,
    wall     INTEGER NOT NULL
) STRICT;
)sql",
                                                        R"sql(
ALTER TABLE anchor ADD COLUMN behind_since INTEGER;  -- when in `time` the calendar began to lag; NULL: it is right
)sql"};

// journal_size_limit: the write-ahead log shrinks again after a flood of changes.
constexpr const char* settings = R"sql(
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA journal_size_limit = 8388608;
PRAGMA foreign_keys = OFF;
PRAGMA trusted_schema = OFF;
PRAGMA cell_size_check = ON;
)sql";

SqliteResult<void> migrate(Database& database, std::int64_t version) {
    for (auto step = version; step < schema_version; ++step) {
        const std::string sql = "BEGIN IMMEDIATE;" + std::string(steps.at(static_cast<std::size_t>(step)))
                                + "PRAGMA application_id = " + std::to_string(application_id)
                                + "; PRAGMA user_version = " + std::to_string(step + 1) + "; COMMIT;";
        if (auto done = database.run(sql.c_str()); !done) {
            static_cast<void>(database.run("ROLLBACK"));
            return done;
        }
    }
    return {};
}

}  // namespace

SqliteResult<FileIs> prepare_schema(Database& database, bool writable) {
    const auto id = database.number("PRAGMA application_id");
    if (!id) return id.error();
    const auto version = database.number("PRAGMA user_version");
    if (!version) return version.error();
    const auto tables = database.number("SELECT count(*) FROM sqlite_schema");
    if (!tables) return tables.error();
    const bool empty = *tables == 0 && *version == 0;
    if (!empty && *id != application_id) return FileIs::foreign;
    if (*version > schema_version) return FileIs::newer;
    if (!writable) return FileIs::ours;
    database.checkpoint_on_close(true);
    if (auto set = database.run(settings); !set) return set.error();
    if (auto migrated = migrate(database, *version); !migrated) return migrated.error();
    return FileIs::ours;
}

}  // namespace tlspolicy::store
