#include "inquiry/explain.hpp"

#include "engine/dane_target.hpp"
#include "inquiry/local_engine.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>

namespace tlspolicy::inquiry {
namespace {

using engine::DaneTarget;
using postfix::Answer;

Result<std::vector<MapAnswer>> chosen_maps(const config::Config& config, const Inquiry& inquiry) {
    std::vector<MapAnswer> chosen;
    if (inquiry.maps.empty())
        for (const auto& [name, options] : config.server.maps)
            chosen.push_back({name, options, postfix::NotFound{}, postfix::NotFound{}});
    for (const auto& name : inquiry.maps) {
        const auto map = config.server.maps.find(name);
        if (map == config.server.maps.end()) {
            std::string all;
            for (const auto& [known, options] : config.server.maps)
                all += (all.empty() ? "" : ", ") + known;
            return Error(ErrorKind::system,
                         fmt::format("there is no map \"{}\": the configuration has {}", name, all));
        }
        chosen.push_back({name, map->second, postfix::NotFound{}, postfix::NotFound{}});
    }
    return chosen;
}

/// One inquiry under way.
class Inquest {
public:
    Inquest(const config::Config& config, Explanation& explanation)
        : explained_(explanation), local_(config, &explanation.journal) {}

    Result<void> usable() { return local_.usable(); }

    void run() {
        explained_.begun = local_.clock().now();
        ask_resolver();
        const DaneTarget target = DaneTarget::of(*explained_.parsed);
        ask_maps(target);
        // An answer may come before all is known: where every host does DANE, it needs no policy.
        local_.run_until([this] { return answered_ == asked_ && resolver_known_ && local_.engine().idle(); });
        explained_.decided = local_.clock().now();
        keep_states(target);
        judge(target);
    }

private:
    void ask_resolver() {
        boost::asio::co_spawn(local_.loop(), local_.dns().validates(),
                              [this](const std::exception_ptr& failure, Result<bool> validates) {
                                  if (failure) std::rethrow_exception(failure);
                                  explained_.validates = std::move(validates);
                                  resolver_known_ = true;
                              });
    }

    void ask_maps(const DaneTarget& target) {
        std::vector<engine::PolicyEngine::Question> questions;
        bool dane = false;
        for (MapAnswer& answer : explained_.answers) {
            dane = dane || answer.options.dane;
            questions.push_back(question(target, answer.options, &answer.answer));
        }
        postfix::MapOptions with_dane;
        with_dane.dane = true;
        // The mail hosts are worth showing even where no map asks for DANE.
        if (!dane) questions.push_back(question(target, with_dane, nullptr));
        asked_ = questions.size();
        local_.engine().submit(std::move(questions));
    }

    engine::PolicyEngine::Question question(const DaneTarget& target, const postfix::MapOptions& options,
                                            Answer* into) {
        auto done = boost::asio::bind_executor(local_.loop().get_executor(), [this, into](Answer answer) {
            if (into != nullptr) *into = std::move(answer);
            ++answered_;
        });
        return {target, options, engine::AnswerHandler(std::move(done))};
    }

    void keep_states(const DaneTarget& target) {
        if (const auto entry = local_.entry(target.name)) {
            explained_.sts = entry->sts();
        } else if (const auto& learned = explained_.journal.learned) {
            explained_.sts = *learned;
            explained_.decided = learned->fetched;  // max_age 0: good for the query that fetched it alone
        }
        if (const auto dane = local_.engine().remembered_dane(target)) explained_.dane = dane->state();
    }

    void judge(const DaneTarget& target) {
        const std::string_view domain = target.name.text();
        const auto word = local_.word_on(domain);
        const auto* dane = explained_.dane ? &*explained_.dane : nullptr;
        const Time now = explained_.decided;
        for (MapAnswer& each : explained_.answers) {
            const auto& options = each.options;
            each.rule = options.dane ? engine::rule_for(explained_.sts, dane, options, now)
                                     : engine::rule_for(explained_.sts, options, now);
            each.judgement = options.dane ? engine::decide(explained_.sts, dane, options, now)
                                          : engine::decide(explained_.sts, options, now);
            if (word.word != nullptr) each.answer = local_.engine().overridden(*word.word, domain, options);
        }
        if (word.word == nullptr) return;
        explained_.override =
            OverrideInForce{std::string(word.key), word.word->answer ? *word.word->answer : "",
                            word.word->until, word.word->reason};
    }

    Explanation& explained_;
    std::size_t asked_ = 0;
    std::size_t answered_ = 0;
    bool resolver_known_ = false;
    LocalEngine local_;  // last: what it cancels at its end comes back to the members above
};

}  // namespace

Result<Explanation> explain(const config::Config& config, const Inquiry& inquiry) {
    auto maps = chosen_maps(config, inquiry);
    if (!maps) return maps.error();
    Explanation explanation;
    explanation.key = inquiry.key;
    explanation.answers = std::move(*maps);
    explanation.parsed = postfix::LookupKey::parse(inquiry.key);
    if (!explanation.parsed) {
        explanation.no_domain = why_no_domain(inquiry.key);
        return explanation;
    }
    Inquest inquest(config, explanation);
    if (auto usable = inquest.usable(); !usable) return usable.error();
    inquest.run();
    return explanation;
}

}  // namespace tlspolicy::inquiry
