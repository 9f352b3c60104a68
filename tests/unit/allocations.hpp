#pragma once

#include <cstddef>

/// How often this thread has allocated through operator new; tests compare two readings.
std::size_t allocations() noexcept;
