#include "cache/entry.hpp"

#include <cstring>
#include <limits>
#include <new>
#include <utility>

namespace tlspolicy::cache {

static_assert(Domain::max_length <= std::numeric_limits<std::uint8_t>::max());

EntryPtr Entry::create(const Domain& domain, StsState sts, Time used) {
    void* const place = ::operator new(sizeof(Entry) + domain.text().size());
    return EntryPtr(::new (place) Entry(domain.text(), std::move(sts), used));
}

Entry::Entry(std::string_view domain, StsState sts, Time used) noexcept
    : domain_size_(static_cast<std::uint8_t>(domain.size())),
      last_used_(used.time_since_epoch().count()),
      sts_(std::move(sts)) {
    std::memcpy(reinterpret_cast<char*>(this + 1), domain.data(), domain.size());
}

}  // namespace tlspolicy::cache
