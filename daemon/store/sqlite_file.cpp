#include "store/sqlite_file.hpp"

#include "store/sqlite_schema.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace tlspolicy::store {
namespace {

// A policy says nothing secret, but which domains are asked for does.
constexpr mode_t directory_mode = 0750;
constexpr mode_t file_mode = 0640;

// SQLite gives the files beside it the mode of the database, and makes that itself with one that depends on
// the umask.
void make_file(const std::string& path) {
    const auto parent = std::filesystem::path(path).parent_path();
    ::mkdir(parent.c_str(), directory_mode);
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, file_mode);
    if (descriptor >= 0) ::close(descriptor);
}

bool exists(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

SqliteFile::Unusable unusable(const SqliteFault& fault) {
    return {fault.kind == SqliteFault::Kind::damaged, fault.message};
}

}  // namespace

void throw_exception_from_error(const SqliteFile::Unusable& unusable,
                                const boost::source_location& /*where*/) {
    throw std::logic_error("unchecked: " + unusable.why);
}

SqliteFile::Opened SqliteFile::open(const std::string& path) {
    make_file(path);
    auto lock = StoreLock::take(path + ".lock");
    if (lock) return open_at(path, *std::move(lock));
    if (lock.error() == StoreLock::Refusal::held)
        return Unusable{false, "another process uses it: give each tlspolicyd a cache.store of its own"};
    if (exists(path)) return open_at(path, std::nullopt);
    return Unusable{false,
                    fmt::format("cannot be made: its directory must exist and belong to the daemon's user "
                                "(cache.store: none does without)")};
}

SqliteFile::Opened SqliteFile::open_at(const std::string& path, std::optional<StoreLock> lock) {
    std::unique_ptr<SqliteFile> file(new SqliteFile(std::move(lock)));
    using enum Database::Access;
    const Database::Access access = file->writable() ? read_write : read_only;
    auto database = Database::open(path, access);
    if (!database) return unusable(database.error());
    file->database_ = *std::move(database);

    const auto is = prepare_schema(*file->database_, file->writable());
    if (!is) return unusable(is.error());
    if (*is == FileIs::foreign)
        return Unusable{false,
                        "it is a database of another program: it was left alone, choose another cache.store"};
    if (*is == FileIs::newer)
        return Unusable{
            false,
            "a later version of tlspolicyd wrote it: it was left alone, choose another cache.store "
            "or upgrade"};

    auto rows = PolicyRows::prepare(*file->database_, access);
    if (!rows) return unusable(rows.error());
    file->rows_ = *std::move(rows);
    auto anchor = file->rows_->anchor();
    if (!anchor) return unusable(anchor.error());
    file->anchor_ = *std::move(anchor);
    return file;
}

boost::system::result<std::string, std::error_code> SqliteFile::set_aside(const std::string& path,
                                                                          WallTime now) {
    const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(now);
    const std::string stem = fmt::format("{}.damaged-{:%Y%m%dT%H%M%SZ}", path, fmt::gmtime(seconds));
    std::string aside = stem;
    for (int i = 2; exists(aside); ++i)
        aside = fmt::format("{}-{}", stem, i);
    std::error_code failure;
    std::filesystem::rename(path, aside, failure);
    if (failure) return failure;
    for (const std::string suffix : {"-wal", "-shm"}) {
        std::error_code ignored;  // they need not be there
        std::filesystem::rename(path + suffix, aside + suffix, ignored);
    }
    return aside;
}

}  // namespace tlspolicy::store
