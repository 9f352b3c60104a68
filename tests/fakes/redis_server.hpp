#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace tlspolicy::fakes {

/// A real redis-server on a Unix socket, with nothing on disk; ends with its owner.
class RedisServer {
public:
    /// `options`: further words of its command line. Throws where it does not start.
    explicit RedisServer(std::string path, std::vector<std::string> options = {});
    RedisServer(const RedisServer&) = delete;
    RedisServer& operator=(const RedisServer&) = delete;
    ~RedisServer();

    void start();
    void kill();
    void signal(int number) const;
    /// One command, its words separated by blanks; the whole answer as it comes.
    std::string call(std::string_view command) const;

private:
    bool answers() const;

    std::string path_;
    std::vector<std::string> options_;
    pid_t process_ = -1;
};

}  // namespace tlspolicy::fakes
