/// Tells whether a virtual machine was stopped, moved or restored, as its host reports it in
/// /dev/vmclock0.
///
/// Source: the kernel's include/uapi/linux/vmclock-abi.h. The device is mapped once; a look costs a
/// few loads. Nothing here throws or allocates. Thread safety: const members from any thread.
#pragma once

#include <cstdint>

namespace berkeley::page {

class VmClock {
  public:
    constexpr VmClock() = default;
    ~VmClock() { close(); }
    VmClock(const VmClock&) = delete;
    VmClock& operator=(const VmClock&) = delete;

    /// Opens the device or, in tests, the file that BERKELEY_VMCLOCK in the environment names
    /// instead. Most machines have no such device.
    void open();
    void close();

    /// Returns a value that changes with each disruption of the machine's clock; 0 if unknown.
    std::uint64_t marker() const;

  private:
    const void* page_ = nullptr;
};

}  // namespace berkeley::page
