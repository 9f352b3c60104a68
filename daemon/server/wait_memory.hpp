#pragma once

#include <array>
#include <cstddef>
#include <new>

namespace tlspolicy::server {

/// Memory for the one operation that somebody waits with: Asio then allocates nothing, however often the
/// waiting begins and ends. What does not fit is allocated. It outlives the operation.
class WaitMemory {
public:
    WaitMemory() = default;
    WaitMemory(const WaitMemory&) = delete;
    WaitMemory& operator=(const WaitMemory&) = delete;

    void* take(std::size_t size) {
        if (taken_ || size > room_.size()) return ::operator new(size);
        taken_ = true;
        return room_.data();
    }
    void give_back(void* memory) noexcept {
        if (memory == room_.data())
            taken_ = false;
        else
            ::operator delete(memory);
    }

private:
    alignas(std::max_align_t) std::array<std::byte, 256> room_;
    bool taken_ = false;
};

/// A handler's associated allocator.
template <class T>
class WaitAllocator {
public:
    using value_type = T;

    explicit WaitAllocator(WaitMemory& memory) noexcept : memory_(&memory) {}
    template <class U>
    WaitAllocator(const WaitAllocator<U>& other) noexcept : memory_(&other.memory()) {}

    T* allocate(std::size_t count) { return static_cast<T*>(memory_->take(sizeof(T) * count)); }
    void deallocate(T* memory, std::size_t /*count*/) noexcept { memory_->give_back(memory); }
    WaitMemory& memory() const noexcept { return *memory_; }

    friend bool operator==(const WaitAllocator& a, const WaitAllocator& b) noexcept {
        return a.memory_ == b.memory_;
    }

private:
    WaitMemory* memory_;
};

}  // namespace tlspolicy::server
