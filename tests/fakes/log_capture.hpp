#pragma once

#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tlspolicy::fakes {

/// Takes what is logged while it lives, each line as its level, a blank and its text. Made before the threads
/// that log, and gone after them.
class LogCapture {
public:
    LogCapture() : before_(spdlog::default_logger()) {
        spdlog::set_default_logger(std::make_shared<spdlog::logger>("capture", sink_));
    }
    LogCapture(const LogCapture&) = delete;
    LogCapture& operator=(const LogCapture&) = delete;
    ~LogCapture() { spdlog::set_default_logger(std::move(before_)); }

    /// How many lines hold these words.
    std::size_t count(std::string_view words) const { return sink_->count(words); }
    /// False after ten seconds without such a line.
    bool wait_for(std::string_view words) const { return sink_->wait_for(words); }

private:
    class Sink final : public spdlog::sinks::base_sink<std::mutex> {
    public:
        std::size_t count(std::string_view words) const {
            const std::lock_guard lock(lines_mutex_);
            return count_locked(words);
        }
        bool wait_for(std::string_view words) const {
            std::unique_lock lock(lines_mutex_);
            return grown_.wait_for(lock, std::chrono::seconds(10), [&] { return count_locked(words) > 0; });
        }

    private:
        void sink_it_(const spdlog::details::log_msg& message) override {
            const std::lock_guard lock(lines_mutex_);
            const auto level = spdlog::level::to_string_view(message.level);
            lines_.emplace_back(level.data(), level.size())
                .append(" ")
                .append(message.payload.data(), message.payload.size());
            grown_.notify_all();
        }
        void flush_() override {}
        std::size_t count_locked(std::string_view words) const {
            return static_cast<std::size_t>(std::count_if(
                lines_.begin(), lines_.end(),
                [&](const std::string& line) { return line.find(words) != std::string::npos; }));
        }

        mutable std::mutex lines_mutex_;
        mutable std::condition_variable grown_;
        std::vector<std::string> lines_;
    };

    std::shared_ptr<Sink> sink_ = std::make_shared<Sink>();
    std::shared_ptr<spdlog::logger> before_;
};

}  // namespace tlspolicy::fakes
