#pragma once

#include "base/clock.hpp"
#include "base/domain.hpp"
#include "cache/entry.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>

#include <list>
#include <optional>
#include <utility>

namespace tlspolicy::engine {

/// What came of looking at a domain again because an operator wished it.
struct Refreshed {
    cache::StsState before;
    cache::StsState after;
};

/// nullopt: it has not landed in time.
using RefreshHandler = boost::asio::any_completion_handler<void(std::optional<Refreshed>)>;

/// Who waits for such a look to land. Handlers are called by way of the network loop, where all this is used.
class Demands {
public:
    explicit Demands(boost::asio::any_io_executor network) : network_(std::move(network)) {}
    Demands(const Demands&) = delete;
    Demands& operator=(const Demands&) = delete;

    void add(const Domain& domain, cache::StsState before, Time deadline, RefreshHandler done);
    bool waits_for(const Domain& domain) const noexcept;
    void land(const Domain& domain, const cache::StsState& after);
    void release_overdue(Time now);
    void release_all();
    bool idle() const noexcept { return demands_.empty(); }

private:
    struct Demand {
        Domain domain;
        cache::StsState before;
        Time deadline;
        RefreshHandler done;
    };

    void complete(std::list<Demand>::iterator demand, std::optional<Refreshed> outcome);

    boost::asio::any_io_executor network_;
    std::list<Demand> demands_;  // few: an operator asks, one domain at a time
};

}  // namespace tlspolicy::engine
