#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace tlspolicy::dns::test {

/// DNS messages put together by hand, octet by octet.
class Message {
public:
    Message& u8(unsigned value) {
        bytes_.push_back(static_cast<std::uint8_t>(value));
        return *this;
    }
    Message& u16(unsigned value) { return u8(value >> 8U & 0xffU).u8(value & 0xffU); }
    Message& u32(std::uint32_t value) { return u16(value >> 16U).u16(value & 0xffffU); }
    Message& raw(std::string_view octets) {
        bytes_.insert(bytes_.end(), octets.begin(), octets.end());
        return *this;
    }
    Message& label(std::string_view text) { return u8(static_cast<unsigned>(text.size())).raw(text); }
    Message& name(std::string_view text) {
        while (!text.empty()) {
            const std::string_view first = text.substr(0, text.find('.'));
            label(first);
            text.remove_prefix(first.size() == text.size() ? text.size() : first.size() + 1);
        }
        return u8(0);
    }
    Message& pointer(unsigned offset) { return u16(0xc000U | offset); }

    Message& header(unsigned flags, unsigned answers, unsigned authorities = 0, unsigned additionals = 0) {
        return u16(0x1234).u16(flags).u16(1).u16(answers).u16(authorities).u16(additionals);
    }
    Message& question(std::string_view asked, unsigned type) { return name(asked).u16(type).u16(1); }
    /// After the owner: everything up to the data.
    Message& record(unsigned type, std::uint32_t ttl, unsigned length) {
        return u16(type).u16(1).u32(ttl).u16(length);
    }

    const std::vector<std::uint8_t>& bytes() const { return bytes_; }

private:
    std::vector<std::uint8_t> bytes_;
};

constexpr unsigned ok = 0x8180;  // QR, RD, RA
constexpr unsigned a = 1, cname = 5, soa = 6, txt = 16, aaaa = 28, opt = 41;
constexpr unsigned question_at = 12;  // where the name of the question is

}  // namespace tlspolicy::dns::test
