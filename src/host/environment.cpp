#include "host/environment.h"

#include <cstdlib>

namespace berkeley {

std::string environmentVariable(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody writes to it
    return value == nullptr ? "" : value;
}

}  // namespace berkeley
