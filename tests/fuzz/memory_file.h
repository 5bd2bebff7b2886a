/// A file in memory, for what is only read from files.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "fuzz.h"

namespace berkeley::fuzz {

class MemoryFile {
  public:
    void write(Bytes content) const {
        require(::ftruncate(descriptor_, 0) == 0 &&
                    ::pwrite(descriptor_, content.data(), content.size(), 0) ==
                        static_cast<ssize_t>(content.size()),
                "a file in memory can be written");
    }

    const std::string& path() const { return path_; }

  private:
    const int descriptor_ = ::memfd_create("fuzz", MFD_CLOEXEC);
    const std::string path_ = "/proc/self/fd/" + std::to_string(descriptor_);
};

}  // namespace berkeley::fuzz
