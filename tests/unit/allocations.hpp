#pragma once

#include <cstddef>

/// How often this thread has allocated through operator new or aligned_alloc; tests compare two readings.
std::size_t allocations() noexcept;
