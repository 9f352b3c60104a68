#include "engine/demands.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace tlspolicy::engine {

void Demands::add(const Domain& domain, cache::StsState before, Time deadline, RefreshHandler done) {
    demands_.push_back(Demand{domain, std::move(before), deadline, std::move(done)});
}

bool Demands::waits_for(const Domain& domain) const noexcept {
    return std::any_of(demands_.begin(), demands_.end(),
                       [&](const Demand& demand) { return demand.domain == domain; });
}

void Demands::land(const Domain& domain, const cache::StsState& after) {
    for (auto demand = demands_.begin(); demand != demands_.end();) {
        const auto here = demand++;
        if (here->domain == domain) complete(here, Refreshed{here->before, after});
    }
}

void Demands::release_overdue(Time now) {
    for (auto demand = demands_.begin(); demand != demands_.end();) {
        const auto here = demand++;
        if (now >= here->deadline) complete(here, std::nullopt);
    }
}

void Demands::release_all() {
    while (!demands_.empty())
        complete(demands_.begin(), std::nullopt);
}

void Demands::complete(std::list<Demand>::iterator demand, std::optional<Refreshed> outcome) {
    boost::asio::post(network_, [done = std::move(demand->done), outcome = std::move(outcome)]() mutable {
        std::move(done)(std::move(outcome));
    });
    demands_.erase(demand);
}

}  // namespace tlspolicy::engine
