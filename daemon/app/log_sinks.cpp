#include "app/log_sinks.hpp"

#include "app/log_line.hpp"
#include "app/service_manager.hpp"

#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/sinks/syslog_sink.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>
#include <vector>

namespace tlspolicy::app {
namespace {

using config::Log;
using Kind = config::LogTarget::Kind;

constexpr const char* timestamp = "%Y-%m-%dT%H:%M:%S.%e%z";

std::string_view to_view(const spdlog::string_view_t& text) {
    return {text.data(), text.size()};
}

std::string_view to_view(const spdlog::memory_buf_t& text) {
    return {text.data(), text.size()};
}

class JsonFormatter final : public spdlog::formatter {
public:
    explicit JsonFormatter(std::string end) : end_(std::move(end)) {}

    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        spdlog::memory_buf_t time;
        time_.format(message, time);
        const auto level = spdlog::level::to_string_view(message.level);
        const auto line = parse_log_line(to_view(message.payload));
        const std::string json = to_json(to_view(time), to_view(level), line) + end_;
        out.append(json.data(), json.data() + json.size());
    }
    std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<JsonFormatter>(end_);
    }

private:
    spdlog::pattern_formatter time_{timestamp, spdlog::pattern_time_type::local, ""};
    std::string end_;
};

std::unique_ptr<spdlog::formatter> formatter(const Log& settings, const std::string& pattern,
                                             const std::string& end) {
    if (settings.format == Log::Format::json) return std::make_unique<JsonFormatter>(end);
    return std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::local, end);
}

int priority_of(spdlog::level::level_enum level) {
    switch (level) {
        case spdlog::level::critical:
            return LOG_CRIT;
        case spdlog::level::err:
            return LOG_ERR;
        case spdlog::level::warn:
            return LOG_WARNING;
        case spdlog::level::info:
            return LOG_INFO;
        default:
            return LOG_DEBUG;
    }
}

/// The line as the message, and each of its fields by itself: `journalctl TLSPOLICYD_DOMAIN=example.com`.
class JournalSink final : public spdlog::sinks::base_sink<std::mutex> {
    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t text;
        formatter_->format(message, text);
        const auto line = parse_log_line(to_view(message.payload));
        std::vector<std::string> fields{
            fmt::format("MESSAGE={}", to_view(text)),
            fmt::format("PRIORITY={}", priority_of(message.level)),
            fmt::format("TLSPOLICYD_EVENT={}", line.event),
        };
        for (const auto& [key, value] : line.fields)
            if (const auto name = journal_name(key); !name.empty())
                fields.push_back(fmt::format("{}={}", name, value));
        service_manager::write_journal(fields);
    }
    void flush_() override {}
};

spdlog::sink_ptr finish(spdlog::sink_ptr sink, std::unique_ptr<spdlog::formatter> formatter) {
    sink->set_formatter(std::move(formatter));
    return sink;
}

}  // namespace

bool stderr_is_journal() {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat there {};
    return stream != nullptr && ::fstat(STDERR_FILENO, &there) == 0
           && fmt::format("{}:{}", there.st_dev, there.st_ino) == stream;
}

spdlog::sink_ptr make_log_sink(const Log& settings) {
    const auto kind = settings.target.kind;
    if (kind == Kind::syslog)
        return finish(std::make_shared<spdlog::sinks::syslog_sink_mt>("tlspolicyd", LOG_PID,
                                                                      settings.target.facility, true),
                      formatter(settings, "%l: %v", ""));
    const bool to_journal = kind == Kind::journal || (kind == Kind::automatic && stderr_is_journal());
    if (to_journal && service_manager::has_journal())
        return finish(std::make_shared<JournalSink>(), formatter(settings, "%v", ""));
    // The journal has its own clock; a terminal or a file wants to be told the time.
    const std::string pattern = to_journal ? "%l: %v" : std::string(timestamp) + " %l: %v";
    return finish(std::make_shared<spdlog::sinks::stderr_sink_mt>(), formatter(settings, pattern, "\n"));
}

}  // namespace tlspolicy::app
