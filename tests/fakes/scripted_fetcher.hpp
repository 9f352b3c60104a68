#pragma once

#include "engine/ports.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace tlspolicy::fakes {

/// The policy hosts of a few domains, which a test may change between calls. A domain that the script does
/// not hold has no policy host. Used on one loop.
class ScriptedFetcher final : public engine::PolicyFetcher {
public:
    void set(std::string_view domain, Result<std::string> body) {
        bodies_.insert_or_assign(std::string(domain), std::move(body));
    }

    std::size_t fetches() const noexcept { return fetches_; }
    std::size_t fetches_for(std::string_view domain) const {
        const auto found = fetches_by_domain_.find(domain);
        return found == fetches_by_domain_.end() ? 0 : found->second;
    }

    boost::asio::awaitable<Result<std::string>> fetch(Domain policy_domain) override {
        ++fetches_;
        ++fetches_by_domain_[std::string(policy_domain.text())];
        const auto found = bodies_.find(policy_domain.text());
        if (found == bodies_.end()) co_return Error(ErrorKind::fetch, "no address of the policy host");
        co_return found->second;
    }

private:
    std::map<std::string, Result<std::string>, std::less<>> bodies_;
    std::map<std::string, std::size_t, std::less<>> fetches_by_domain_;
    std::size_t fetches_ = 0;
};

}  // namespace tlspolicy::fakes
