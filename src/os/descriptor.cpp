#include "os/descriptor.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace berkeley::os {

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    close();
    number_ = std::exchange(other.number_, -1);
    return *this;
}

void Descriptor::close() {
    if (isOpen()) {
        const int error = errno;
        ::close(std::exchange(number_, -1));
        errno = error;
    }
}

}  // namespace berkeley::os
