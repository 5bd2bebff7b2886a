#include "os/error.h"

#include <cerrno>

namespace berkeley::os {

std::error_code lastError() { return {errno, std::generic_category()}; }

std::runtime_error systemError(const std::string& what, const std::string& remedy,
                               std::error_code why) {
    return std::runtime_error{what + " (" + why.message() + "): " + remedy};
}

}  // namespace berkeley::os
