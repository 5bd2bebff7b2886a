/// Whether a virtual machine was stopped, moved or restored, as its host tells it in /dev/vmclock0.
///
/// Source: the kernel's include/uapi/linux/vmclock-abi.h. The device is mapped once; looking costs
/// some loads. Nothing here throws or allocates. Thread safety: const members from any thread.
#pragma once

#include <cstdint>

namespace berkeley::page {

class VmClock {
  public:
    constexpr VmClock() = default;
    ~VmClock() { close(); }
    VmClock(const VmClock&) = delete;
    VmClock& operator=(const VmClock&) = delete;

    /// The device, or the file in its place that BERKELEY_VMCLOCK in the environment names, which
    /// is for tests. Most machines have none.
    void open();
    void close();

    /// Changes with each disruption of the machine's clock; 0 when it is not known.
    std::uint64_t marker() const;

  private:
    const void* page_ = nullptr;
};

}  // namespace berkeley::page
