#pragma once

#include "async/event.hpp"
#include "engine/ports.hpp"

#include <boost/asio/this_coro.hpp>

#include <cstddef>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tlspolicy::fakes {

/// A DNS of a few names, which a test may change between and during calls. A name that the script does not
/// hold does not exist. Used on one loop.
class ScriptedDns final : public engine::DnsClient {
public:
    /// The question waits until it is cancelled.
    struct NeverAnswers {};
    template <class Records>
    using Script = std::variant<engine::DnsAnswer<Records>, NeverAnswers>;

    static constexpr Duration ttl = std::chrono::minutes(5);

    // TXT
    void set_txt(std::string_view name, std::vector<std::string> texts, Duration time_to_live = ttl) {
        engine::TxtRecords records;
        records.texts = std::move(texts);
        records.ttl = time_to_live;
        script_txt(name, engine::DnsAnswer<engine::TxtRecords>(std::move(records)));
    }
    void fail_txt(std::string_view name, std::string_view why = "SERVFAIL") {
        script_txt(name, engine::DnsAnswer<engine::TxtRecords>(failure(name, why)));
    }
    void no_txt(std::string_view name, engine::Absent absent = {}) {
        script_txt(name, engine::DnsAnswer<engine::TxtRecords>(absent));
    }
    void mute_txt(std::string_view name) { script_txt(name, NeverAnswers{}); }

    // A and AAAA
    void set_addresses(std::string_view name, std::initializer_list<std::string_view> texts) {
        engine::HostAddresses records;
        for (const auto text : texts)
            records.addresses.push_back(IpAddress::parse(text).value());
        records.ttl = ttl;
        script_addresses(name, engine::DnsAnswer<engine::HostAddresses>(std::move(records)));
    }
    void fail_addresses(std::string_view name, std::string_view why = "SERVFAIL") {
        script_addresses(name, engine::DnsAnswer<engine::HostAddresses>(failure(name, why)));
    }
    void no_addresses(std::string_view name, engine::Absent absent = {}) {
        script_addresses(name, engine::DnsAnswer<engine::HostAddresses>(absent));
    }
    void mute_addresses(std::string_view name) { script_addresses(name, NeverAnswers{}); }

    /// The n-th query from the beginning (1 is the first), of whatever type, fails with SERVFAIL.
    void fail_query(std::size_t n) { failing_query_ = n; }

    std::size_t queries() const noexcept { return queries_; }
    std::size_t queries_for(std::string_view name) const {
        const auto found = queries_by_name_.find(name);
        return found == queries_by_name_.end() ? 0 : found->second;
    }

    boost::asio::awaitable<engine::DnsAnswer<engine::TxtRecords>> txt(Domain name) override {
        auto result = co_await answer(txt_, name);
        co_return result;
    }
    boost::asio::awaitable<engine::DnsAnswer<engine::HostAddresses>> addresses(Domain host) override {
        auto result = co_await answer(addresses_, host);
        co_return result;
    }

private:
    template <class Records>
    using Scripts = std::map<std::string, Script<Records>, std::less<>>;

    static Error failure(std::string_view name, std::string_view why) {
        return {ErrorKind::dns, std::string(name) + ": " + std::string(why)};
    }
    void script_txt(std::string_view name, Script<engine::TxtRecords> script) {
        txt_.insert_or_assign(std::string(name), std::move(script));
    }
    void script_addresses(std::string_view name, Script<engine::HostAddresses> script) {
        addresses_.insert_or_assign(std::string(name), std::move(script));
    }

    /// nullopt: never.
    template <class Records>
    std::optional<engine::DnsAnswer<Records>> scripted(const Scripts<Records>& scripts, const Domain& name) {
        ++queries_;
        ++queries_by_name_[std::string(name.text())];
        if (queries_ == failing_query_) return engine::DnsAnswer<Records>(failure(name.text(), "SERVFAIL"));
        const auto found = scripts.find(name.text());
        if (found == scripts.end()) return engine::DnsAnswer<Records>(absent_name());
        const auto* answer = std::get_if<engine::DnsAnswer<Records>>(&found->second);
        if (answer == nullptr) return std::nullopt;
        return *answer;
    }
    static engine::Absent absent_name() {
        engine::Absent absent;
        absent.why = engine::Absent::Why::nxdomain;
        return absent;
    }

    template <class Records>
    boost::asio::awaitable<engine::DnsAnswer<Records>> answer(const Scripts<Records>& scripts, Domain name) {
        auto known = scripted<Records>(scripts, name);
        if (!known) {
            const auto executor = co_await boost::asio::this_coro::executor;
            async::Event never(executor);
            co_await never.wait();
            known.emplace(failure(name.text(), "cancelled"));
        }
        co_return std::move(*known);
    }

    Scripts<engine::TxtRecords> txt_;
    Scripts<engine::HostAddresses> addresses_;
    std::size_t queries_ = 0;
    std::map<std::string, std::size_t, std::less<>> queries_by_name_;
    std::size_t failing_query_ = 0;
};

}  // namespace tlspolicy::fakes
