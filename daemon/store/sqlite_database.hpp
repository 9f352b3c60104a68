#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace tlspolicy::store {

/// A failure of SQLite, in the ways in which it matters.
struct SqliteFault {
    enum class Kind : std::uint8_t {
        damaged,  ///< the file is no sound database
        denied,   ///< it cannot be opened or written: permissions, directory, read-only
        failed,   ///< anything else: full disk, I/O error, lock
    };
    Kind kind = Kind::failed;
    std::string message;
};
template <class T>
using SqliteResult = boost::system::result<T, SqliteFault>;

[[noreturn]] void throw_exception_from_error(const SqliteFault& fault, const boost::source_location& where);

class Database;

/// A prepared statement: bind from 1, step, read columns from 0, reset.
class Statement {
public:
    Statement() = default;

    Statement& bind(int index, std::int64_t value);
    Statement& bind(int index, std::string_view text);        ///< must outlive the steps
    Statement& bind_blob(int index, std::string_view bytes);  ///< likewise
    Statement& bind_null(int index);
    /// True: a row is there.
    SqliteResult<bool> step();
    /// Runs it to its end, and makes it ready for the next time.
    SqliteResult<void> run();
    void reset() noexcept;

    std::int64_t number(int column) const noexcept;
    std::string_view bytes(int column) const noexcept;  ///< until the next step
    bool is_null(int column) const noexcept;            ///< or not there at all

private:
    friend class Database;
    struct Finalise {
        void operator()(sqlite3_stmt* statement) const noexcept;
    };
    explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

    std::unique_ptr<sqlite3_stmt, Finalise> statement_;
};

/// A connection to a database file. Used on one thread.
class Database {
public:
    enum class Access : std::uint8_t {
        read_write,  ///< made where it is not there yet
        read_only,   ///< as it is, from a place that nobody can write to
    };
    static SqliteResult<Database> open(const std::string& path, Access access);

    /// Whether closing it moves what is in the write-ahead log into the file; not, as it is opened: it may be
    /// somebody else's.
    void checkpoint_on_close(bool wanted) noexcept;

    SqliteResult<void> run(const char* sql);
    /// All of what `work` does, or nothing where it or the commit fails.
    template <class Work>
    SqliteResult<void> transact(Work work) {
        SqliteResult<void> done = run("BEGIN IMMEDIATE");
        if (!done) return done;
        done = work();
        if (done) done = run("COMMIT");
        if (!done) static_cast<void>(run("ROLLBACK"));
        return done;
    }
    SqliteResult<Statement> prepare(const char* sql);
    /// The one number that a query gives.
    SqliteResult<std::int64_t> number(const char* sql);
    std::int64_t changes() const noexcept;

private:
    struct Close {
        void operator()(sqlite3* connection) const noexcept;
    };
    explicit Database(sqlite3* connection) : connection_(connection) {}

    std::unique_ptr<sqlite3, Close> connection_;
};

}  // namespace tlspolicy::store
