/// The configuration file.
#include <array>
#include <string>

#include "memory_file.h"
#include "options.h"

namespace berkeley::fuzz {

void run(Bytes input) {
    static const MemoryFile file;
    file.write(input);
    checkBoth(std::array{"program", "--config", file.path().c_str()});
}

}  // namespace berkeley::fuzz
