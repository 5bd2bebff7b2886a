#include "host/environment.h"

#include <cstdlib>

namespace berkeley::host {

std::string environmentVariable(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): it is not written to
    return value == nullptr ? "" : value;
}

}  // namespace berkeley::host
