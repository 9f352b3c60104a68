#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tlspolicy::dns {

/// Makes a datagram harmless for a c-ares (from 1.19 on) that takes a malformed answer for a broken
/// connection and fails every query on it. A well-formed answer stays as it is; of a malformed one the header
/// and the question are left, marked as truncated, so that the question is put again by TCP, where each
/// server's connection is apart. Gives the octets that are left: 0 when not even the question can be read.
std::size_t defuse(std::span<std::uint8_t> datagram);

}  // namespace tlspolicy::dns
