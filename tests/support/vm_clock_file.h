/// A plain file in the place of /dev/vmclock0, which this process and those that it starts take for
/// the device for as long as this lives.
#pragma once

#include <endian.h>
#include <stdlib.h>

#include <cstdint>
#include <fstream>
#include <string>

namespace berkeley {

class VmClockFile {
  public:
    VmClockFile(std::string path, std::uint64_t marker) : path_(std::move(path)) {
        std::ofstream{path_, std::ios::binary} << std::string(4096, '\0');
        put(0, htole32(0x4b4c4356));
        put(4, htole32(4096));
        put(8, htole16(1));
        put(16, htole64(marker));
        ::setenv("BERKELEY_VMCLOCK", path_.c_str(), 1);
    }
    ~VmClockFile() { ::unsetenv("BERKELEY_VMCLOCK"); }
    VmClockFile(const VmClockFile&) = delete;
    VmClockFile& operator=(const VmClockFile&) = delete;

    void setMarker(std::uint64_t marker) { put(16, htole64(marker)); }

    template <class Value>
    void put(std::size_t at, Value value) {
        std::fstream file{path_, std::ios::in | std::ios::out | std::ios::binary};
        file.seekp(static_cast<std::streamoff>(at));
        file.write(reinterpret_cast<const char*>(&value), sizeof value);
    }

  private:
    std::string path_;
};

}  // namespace berkeley
