#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace tlspolicy::bench {

/// The keys a load asks for, one after the other: names of a family (d0.bench.example, d1.bench.example …)
/// or the lines of a file, in order or at random.
class Keys {
public:
    struct Family {
        std::string name = "d";
        std::uint64_t first = 0;
        std::uint64_t count = 1000;
    };

    Keys(Family family, bool random) : family_(std::move(family)), random_(random) {}
    /// Throws std::runtime_error when the file has no line.
    Keys(const std::string& file, bool random);

    /// The next request of map `map` as a netstring, in place of what `out` held.
    void next_request(const std::string& map, std::string& out);

private:
    std::uint64_t next_index();

    Family family_;
    std::vector<std::string> lines_;
    bool random_;
    std::uint64_t turn_ = 0;
    std::minstd_rand dice_{20261123};  // the same sequence every time: runs must be comparable
};

}  // namespace tlspolicy::bench
