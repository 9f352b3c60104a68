#pragma once

#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unistd.h>

namespace tlspolicy::fakes {

/// A file in the directory for temporary files, gone with its owner.
class TemporaryFile {
public:
    explicit TemporaryFile(std::string_view content) : path_(write(content)) {}
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() { ::unlink(path_.c_str()); }

    /// As a careful operator does it: a new file takes the name of the old one.
    void replace(std::string_view content) {
        const std::string next = write(content);
        if (std::rename(next.c_str(), path_.c_str()) != 0) throw std::runtime_error("rename");
    }
    const std::string& path() const noexcept { return path_; }

private:
    static std::string write(std::string_view content) {
        const char* directory = std::getenv("TMPDIR");
        std::string path = std::string(directory == nullptr ? "/tmp" : directory) + "/tlspolicy-XXXXXX";
        const int file = ::mkostemp(path.data(), O_CLOEXEC);
        if (file < 0) throw std::runtime_error("mkostemp " + path);
        const auto written = ::write(file, content.data(), content.size());
        ::close(file);
        if (written != static_cast<ssize_t>(content.size())) throw std::runtime_error("write " + path);
        return path;
    }
    std::string path_;
};

}  // namespace tlspolicy::fakes
