#include "store/policy_rows.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

namespace tlspolicy::store {
namespace {

// The columns in the order in which read() expects them.
constexpr std::string_view select_sql =
    "SELECT p.domain, t.body, t.seal, p.id, p.fetched, p.expires, p.checked, p.last_used, p.seal, "
    "p.failure_class, p.failure_reason, p.failure_id, p.failure_count, p.failure_retry "
    "FROM policies p JOIN texts t ON t.number = p.text ";
const std::string find_sql = std::string(select_sql) + "WHERE p.domain = ?1";
const std::string page_sql = std::string(select_sql)
                             + "WHERE (p.last_used, p.domain) < (?1, ?2) "
                               "ORDER BY p.last_used DESC, p.domain DESC LIMIT ?3";
constexpr const char* save_sql =
    "INSERT OR REPLACE INTO policies VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
constexpr const char* fetched_after_sql = "SELECT domain FROM policies WHERE fetched > ?1";
constexpr const char* erase_sql = "DELETE FROM policies WHERE domain = ?1";
constexpr const char* mark_sql = "UPDATE policies SET checked = ?2, last_used = ?3 WHERE domain = ?1";
constexpr const char* find_text_sql = "SELECT number, body FROM texts WHERE seal = ?1";
constexpr const char* save_text_sql = "INSERT INTO texts (seal, body) VALUES (?1, ?2) RETURNING number";
// A step through the policies ends at the domain that the first of these gives, or at the end.
constexpr const char* step_sql =
    "SELECT max(domain) FROM (SELECT domain FROM policies WHERE domain > ?1 ORDER BY domain LIMIT ?2)";
constexpr const char* remove_expired_sql =
    "DELETE FROM policies WHERE domain > ?1 AND domain <= ?2 AND expires < ?3";
constexpr const char* texts_of_sql = "SELECT text FROM policies WHERE domain > ?1 AND domain <= ?2";
constexpr const char* step_texts_sql = "SELECT number FROM texts WHERE number > ?1 ORDER BY number LIMIT ?2";
// All columns: a file that can only be read may be of a version that had no behind_since.
constexpr const char* anchor_sql = "SELECT * FROM anchor";
constexpr const char* set_anchor_sql = "INSERT OR REPLACE INTO anchor VALUES (1, ?1, ?2, ?3, ?4)";

constexpr std::int64_t rows_at_once = 1000;  // that a step of tidying looks at: a few milliseconds

constexpr std::array kinds{ErrorKind::syntax, ErrorKind::dns,     ErrorKind::fetch,
                           ErrorKind::webpki, ErrorKind::invalid, ErrorKind::system};

ErrorKind kind_of(std::string_view name) noexcept {
    const auto found =
        std::find_if(kinds.begin(), kinds.end(), [name](ErrorKind kind) { return name_of(kind) == name; });
    return found == kinds.end() ? ErrorKind::system : *found;
}

std::int64_t count(auto time) noexcept {
    return time.time_since_epoch().count();
}

std::int64_t stored(std::uint64_t seal) noexcept {
    return static_cast<std::int64_t>(seal);
}

/// Over what decides about answers; when it was used or checked does not.
std::uint64_t row_seal(std::string_view domain, std::uint64_t text_seal, std::string_view id,
                       std::int64_t fetched, std::int64_t expires) {
    std::uint64_t seal = seal_of(domain);
    for (const std::int64_t number : {stored(text_seal), fetched, expires})
        seal = seal_of(std::to_string(number), seal_of(" ", seal));
    return seal_of(id, seal_of(" ", seal));
}

}  // namespace

// FNV-1a, 64 bits: no flipped bit goes unseen.
std::uint64_t seal_of(std::string_view bytes, std::uint64_t before) noexcept {
    std::uint64_t seal = before;
    for (const char c : bytes)
        seal = (seal ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    return seal;
}

SqliteResult<PolicyRows> PolicyRows::prepare(Database& database, Database::Access access) {
    using Statements = std::initializer_list<std::pair<Statement PolicyRows::*, const char*>>;
    PolicyRows rows(database);
    const auto prepare_all = [&](Statements statements) -> SqliteResult<void> {
        for (const auto& [statement, sql] : statements) {
            auto prepared = database.prepare(sql);
            if (!prepared) return prepared.error();
            rows.*statement = *std::move(prepared);
        }
        return {};
    };
    auto prepared = prepare_all({{&PolicyRows::find_, find_sql.c_str()},
                                 {&PolicyRows::page_, page_sql.c_str()},
                                 {&PolicyRows::anchor_, anchor_sql}});
    if (prepared && access == Database::Access::read_write)
        prepared = prepare_all({{&PolicyRows::save_, save_sql},
                                {&PolicyRows::erase_, erase_sql},
                                {&PolicyRows::mark_, mark_sql},
                                {&PolicyRows::find_text_, find_text_sql},
                                {&PolicyRows::save_text_, save_text_sql},
                                {&PolicyRows::fetched_after_, fetched_after_sql},
                                {&PolicyRows::step_, step_sql},
                                {&PolicyRows::remove_expired_, remove_expired_sql},
                                {&PolicyRows::texts_of_, texts_of_sql},
                                {&PolicyRows::step_texts_, step_texts_sql},
                                {&PolicyRows::set_anchor_, set_anchor_sql}});
    if (!prepared) return prepared.error();
    return rows;
}

// The row that the statement stands on; nullopt: it is damaged.
std::optional<engine::StoredPolicy> PolicyRows::read(Statement& row, const Calendar& calendar) {
    engine::StoredPolicy policy;
    policy.domain = row.bytes(0);
    policy.body = row.bytes(1);
    policy.id = row.bytes(3);
    const std::uint64_t text_seal = seal_of(policy.body);
    const std::int64_t fetched = row.number(4);
    const std::int64_t expires = row.number(5);
    if (stored(text_seal) != row.number(2)
        || stored(row_seal(policy.domain, text_seal, policy.id, fetched, expires)) != row.number(8)) {
        ++damaged_;
        return std::nullopt;
    }
    const auto time = [&calendar](std::int64_t wall) { return calendar.time(WallTime(Duration(wall))); };
    policy.fetched = time(fetched);
    policy.expires = time(expires);
    policy.checked = time(row.number(6));
    policy.used = time(row.number(7));
    if (!row.is_null(9)) {
        cache::Failure failure{Error(kind_of(row.bytes(9)), std::string(row.bytes(10)))};
        failure.id = row.bytes(11);
        failure.count = static_cast<unsigned>(std::clamp<std::int64_t>(row.number(12), 1, 1000));
        failure.retry = time(row.number(13));
        policy.failure = std::move(failure);
    }
    return policy;
}

SqliteResult<std::optional<engine::StoredPolicy>> PolicyRows::find(std::string_view domain,
                                                                   const Calendar& calendar) {
    find_.bind(1, domain);
    const auto row = find_.step();
    std::optional<engine::StoredPolicy> policy;
    if (row && *row) policy = read(find_, calendar);
    find_.reset();
    if (!row) return row.error();
    return policy;
}

SqliteResult<std::int64_t> PolicyRows::text_number(std::string_view body) {
    const std::int64_t seal = stored(seal_of(body));
    find_text_.bind(1, seal);
    auto row = find_text_.step();
    while (row && *row && find_text_.bytes(1) != body)
        row = find_text_.step();
    const std::int64_t known = row && *row ? find_text_.number(0) : 0;
    find_text_.reset();
    if (!row) return row.error();
    if (known != 0) return known;

    save_text_.bind(1, seal).bind_blob(2, body);
    row = save_text_.step();
    const std::int64_t added = row && *row ? save_text_.number(0) : 0;
    save_text_.reset();
    if (!row) return row.error();
    return added;
}

SqliteResult<void> PolicyRows::save(const engine::StoredPolicy& policy, const Calendar& calendar) {
    const auto text = text_number(policy.body);
    if (!text) return text.error();
    if (tidying_.under_way) tidying_.in_use.insert(*text);
    const std::int64_t fetched = count(calendar.wall(policy.fetched));
    const std::int64_t expires = count(calendar.wall(policy.expires));
    save_.bind(1, policy.domain).bind(2, *text).bind(3, policy.id).bind(4, fetched).bind(5, expires);
    save_.bind(6, count(calendar.wall(policy.checked))).bind(7, count(calendar.wall(policy.used)));
    if (policy.failure) {
        save_.bind(8, name_of(policy.failure->error.kind())).bind(9, policy.failure->error.message());
        save_.bind(10, policy.failure->id).bind(11, std::int64_t{policy.failure->count});
        save_.bind(12, count(calendar.wall(policy.failure->retry)));
    }
    save_.bind(13, stored(row_seal(policy.domain, seal_of(policy.body), policy.id, fetched, expires)));
    return save_.run();
}

SqliteResult<void> PolicyRows::erase(std::string_view domain) {
    return erase_.bind(1, domain).run();
}

SqliteResult<void> PolicyRows::mark(std::string_view domain, WallTime checked, WallTime used) {
    return mark_.bind(1, domain).bind(2, count(checked)).bind(3, count(used)).run();
}

SqliteResult<std::vector<engine::StoredPolicy>> PolicyRows::page(Position& position, std::size_t most,
                                                                 const Calendar& calendar) {
    std::vector<engine::StoredPolicy> policies;
    policies.reserve(most);
    const Position from = position;
    page_.bind(1, from.used).bind(2, from.domain).bind(3, static_cast<std::int64_t>(most));
    std::size_t seen = 0;
    auto row = page_.step();
    for (; row && *row; row = page_.step()) {
        ++seen;
        position = {page_.number(7), std::string(page_.bytes(0))};
        if (auto policy = read(page_, calendar)) policies.push_back(*std::move(policy));
    }
    page_.reset();
    if (!row) return row.error();
    if (seen < most) position = {INT64_MIN, {}};
    return policies;
}

SqliteResult<std::size_t> PolicyRows::redate(WallTime from, const Calendar& wrong, const Calendar& right) {
    std::vector<std::string> domains;  // they are not changed while they are listed
    fetched_after_.bind(1, count(from));
    auto row = fetched_after_.step();
    for (; row && *row; row = fetched_after_.step())
        domains.emplace_back(fetched_after_.bytes(0));
    fetched_after_.reset();
    if (!row) return row.error();
    for (const auto& domain : domains) {
        const auto policy = find(domain, wrong);
        if (!policy) return policy.error();
        if (!*policy) continue;
        if (auto saved = save(**policy, right); !saved) return saved.error();
    }
    return domains.size();
}

SqliteResult<std::optional<Anchor>> PolicyRows::anchor() {
    const auto row = anchor_.step();
    std::optional<Anchor> anchor;
    if (row && *row) {
        anchor = Anchor{std::string(anchor_.bytes(1)), Time(Duration(anchor_.number(2))),
                        WallTime(Duration(anchor_.number(3)))};
        if (!anchor_.is_null(4)) anchor->behind_since = Time(Duration(anchor_.number(4)));
    }
    anchor_.reset();
    if (!row) return row.error();
    return anchor;
}

SqliteResult<void> PolicyRows::set_anchor(const Anchor& anchor) {
    set_anchor_.bind(1, anchor.boot).bind(2, count(anchor.time)).bind(3, count(anchor.wall));
    if (anchor.behind_since) set_anchor_.bind(4, count(*anchor.behind_since));
    return set_anchor_.run();
}

SqliteResult<bool> PolicyRows::tidy(WallTime expired_before) {
    tidying_.under_way = true;
    return tidying_.policies_done ? tidy_texts() : tidy_policies(expired_before);
}

SqliteResult<bool> PolicyRows::tidy_policies(WallTime expired_before) {
    auto row = step_.bind(1, tidying_.domain).bind(2, rows_at_once).step();
    const std::string last(row && *row ? step_.bytes(0) : std::string_view());
    step_.reset();
    if (!row) return row.error();
    if (last.empty()) {
        tidying_.policies_done = true;
        return false;
    }
    remove_expired_.bind(1, tidying_.domain).bind(2, last).bind(3, count(expired_before));
    if (auto done = remove_expired_.run(); !done) return done.error();
    texts_of_.bind(1, tidying_.domain).bind(2, last);
    for (row = texts_of_.step(); row && *row; row = texts_of_.step())
        tidying_.in_use.insert(texts_of_.number(0));
    texts_of_.reset();
    if (!row) return row.error();
    tidying_.domain = last;
    return false;
}

SqliteResult<bool> PolicyRows::tidy_texts() {
    std::string unused;
    std::int64_t last = 0;
    auto row = step_texts_.bind(1, tidying_.text).bind(2, rows_at_once).step();
    for (; row && *row; row = step_texts_.step()) {
        last = step_texts_.number(0);
        if (!tidying_.in_use.contains(last)) unused += (unused.empty() ? "" : ",") + std::to_string(last);
    }
    step_texts_.reset();
    if (!row) return row.error();
    if (!unused.empty()) {
        const std::string sql = "DELETE FROM texts WHERE number IN (" + unused + ")";
        if (auto done = database_->run(sql.c_str()); !done) return done.error();
    }
    tidying_.text = last;
    if (last != 0) return false;
    tidying_ = {};
    return true;
}

}  // namespace tlspolicy::store
