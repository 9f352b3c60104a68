#include "engine/dane_learning.hpp"

#include <algorithm>
#include <utility>

namespace tlspolicy::engine {
namespace {

using cache::DaneHost;
using cache::DaneState;
using dane::HostState;
using dane::MxState;

class Lesson {
public:
    Lesson(const DaneState* before, const DaneFindings& findings, const Settings& settings, Time now)
        : before_(before), findings_(findings), settings_(settings), now_(now), ttl_(findings.mx_ttl) {}

    DaneState learn() {
        if (findings_.mx == MxState::failed)
            learn_without_list();
        else
            learn_all();
        std::vector<HostState> states;
        for (const DaneHost& host : state_.hosts)
            states.push_back(host.state);
        state_.standing = dane::judge(state_.mx, states);
        if (dane::is_definite(state_.standing))
            state_.definite = state_.standing;
        else if (before_ != nullptr)
            state_.definite = before_->definite;
        if (!state_.why.empty()) state_.failures = (before_ == nullptr ? 0U : before_->failures) + 1;
        const Duration life = state_.why.empty() ? settings_.dane.clamp(ttl_) : settings_.dane.min;
        state_.until = now_ + life;
        state_.refresh = now_ + life * 3 / 4;
        return std::move(state_);
    }

private:
    void learn_without_list() {
        if (before_ != nullptr && now_ < before_->mx_good_until) {
            state_ = *before_;
            for (DaneHost& host : state_.hosts)
                if (now_ >= host.good_until) host.state = HostState::failed;
        }
        state_.why = findings_.why;
    }

    void learn_all() {
        state_.mx = findings_.mx;
        state_.mx_good_until = good_until(findings_.mx_ttl);
        for (const FoundHost& found : findings_.hosts) {
            DaneHost host{found.name, found.state, good_until(found.ttl)};
            if (found.state == HostState::failed) {
                bridge(host);
                if (state_.why.empty()) state_.why = found.why;
            }
            ttl_ = std::min(ttl_, found.ttl);
            state_.hosts.push_back(std::move(host));
        }
    }

    void bridge(DaneHost& host) const {
        host.good_until = now_;
        if (before_ == nullptr) return;
        const auto known = std::find_if(before_->hosts.begin(), before_->hosts.end(),
                                        [&](const DaneHost& each) { return each.name == host.name; });
        if (known == before_->hosts.end() || now_ >= known->good_until) return;
        host.state = known->state;
        host.good_until = known->good_until;
    }

    Time good_until(Duration ttl) const { return now_ + settings_.dane.clamp(ttl) + settings_.dane_grace; }

    const DaneState* before_;
    const DaneFindings& findings_;
    const Settings& settings_;
    Time now_;
    Duration ttl_;
    DaneState state_;
};

}  // namespace

DaneState learn_dane(const DaneState* before, const DaneFindings& findings, const Settings& settings,
                     Time now) {
    return Lesson(before, findings, settings, now).learn();
}

}  // namespace tlspolicy::engine
