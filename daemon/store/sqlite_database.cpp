#include "store/sqlite_database.hpp"

#include <sqlite3.h>
#include <stdexcept>

namespace tlspolicy::store {
namespace {

SqliteFault::Kind kind_of(int code) noexcept {
    switch (code & 0xFF) {  // the primary result code
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return SqliteFault::Kind::damaged;
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
        case SQLITE_PERM:
            return SqliteFault::Kind::denied;
        default:
            return SqliteFault::Kind::failed;
    }
}

SqliteFault fault_of(sqlite3* connection, int code) {
    const char* words = connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
    return {kind_of(code), words};
}

std::string uri_of(const std::string& path) {
    std::string uri = "file:";
    for (const char c : path) {
        if (c == '?' || c == '#' || c == '%') {
            constexpr std::string_view digits = "0123456789abcdef";
            const auto octet = static_cast<unsigned char>(c);
            uri += {'%', digits[octet >> 4U], digits[octet & 15U]};
        } else {
            uri += c;
        }
    }
    return uri + "?immutable=1";
}

}  // namespace

void throw_exception_from_error(const SqliteFault& fault, const boost::source_location& /*where*/) {
    throw std::logic_error("unchecked: " + fault.message);
}

void Statement::Finalise::operator()(sqlite3_stmt* statement) const noexcept {
    sqlite3_finalize(statement);
}

Statement& Statement::bind(int index, std::int64_t value) {
    sqlite3_bind_int64(statement_.get(), index, value);
    return *this;
}
Statement& Statement::bind(int index, std::string_view text) {
    sqlite3_bind_text(statement_.get(), index, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
    return *this;
}
Statement& Statement::bind_blob(int index, std::string_view bytes) {
    sqlite3_bind_blob(statement_.get(), index, bytes.data(), static_cast<int>(bytes.size()), SQLITE_STATIC);
    return *this;
}
Statement& Statement::bind_null(int index) {
    sqlite3_bind_null(statement_.get(), index);
    return *this;
}

SqliteResult<bool> Statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return fault_of(sqlite3_db_handle(statement_.get()), code);
}

SqliteResult<void> Statement::run() {
    auto row = step();
    while (row && *row)
        row = step();
    reset();
    if (!row) return row.error();
    return {};
}

void Statement::reset() noexcept {
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
}

std::int64_t Statement::number(int column) const noexcept {
    return sqlite3_column_int64(statement_.get(), column);
}
std::string_view Statement::bytes(int column) const noexcept {
    const void* data = sqlite3_column_blob(statement_.get(), column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
    return data == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(data), size);
}
bool Statement::is_null(int column) const noexcept {
    if (column >= sqlite3_column_count(statement_.get())) return true;
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

void Database::Close::operator()(sqlite3* connection) const noexcept {
    sqlite3_close_v2(connection);
}

SqliteResult<Database> Database::open(const std::string& path, Access access) {
    sqlite3* connection = nullptr;
    const bool writable = access == Access::read_write;
    const int flags =
        SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        | (writable ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
    const int code =
        sqlite3_open_v2(writable ? path.c_str() : uri_of(path).c_str(), &connection, flags, nullptr);
    Database database(connection);
    if (code != SQLITE_OK) return fault_of(connection, code);
    sqlite3_busy_timeout(connection, 1000);  // somebody makes a backup
    database.checkpoint_on_close(false);
    return database;
}

void Database::checkpoint_on_close(bool wanted) noexcept {
    sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, wanted ? 0 : 1, nullptr);
}

SqliteResult<void> Database::run(const char* sql) {
    const int code = sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return fault_of(connection_.get(), code);
    return {};
}

SqliteResult<Statement> Database::prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    const int code =
        sqlite3_prepare_v3(connection_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) return fault_of(connection_.get(), code);
    return Statement(statement);
}

SqliteResult<std::int64_t> Database::number(const char* sql) {
    auto statement = prepare(sql);
    if (!statement) return statement.error();
    const auto row = statement->step();
    if (!row) return row.error();
    return *row ? statement->number(0) : 0;
}

std::int64_t Database::changes() const noexcept {
    return sqlite3_changes64(connection_.get());
}

}  // namespace tlspolicy::store
