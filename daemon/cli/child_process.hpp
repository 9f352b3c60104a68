#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <string>
#include <vector>

namespace tlspolicy::cli {

/// How another program ended, and what it wrote.
struct Ended {
    int status = 0;
    std::string out;
    std::string err;
};

/// Runs a program without a shell: argv[0] is its path. Fails where it cannot be started, is killed by a
/// signal, goes on after `limit`, or writes more than a mebibyte; it is dead then, whatever it did.
Result<Ended> run_program(const std::vector<std::string>& argv, Duration limit);

/// The path of a program on $PATH, or where system programs are; empty: there is none.
std::string find_program(const std::string& name);

}  // namespace tlspolicy::cli
