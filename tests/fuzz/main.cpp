/// Hands a target its input: what libFuzzer makes up or, without libFuzzer, the files that are
/// named on the command line.
#include "fuzz.h"

using namespace berkeley;

#ifdef BERKELEY_FUZZ

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    fuzz::run(std::as_bytes(std::span{data, size}));
    return 0;
}

#else

#include <fstream>
#include <iterator>
#include <string>

int main(int argc, char** argv) {
    for (const char* path : std::span(argv, static_cast<std::size_t>(argc)).subspan(1)) {
        std::puts(path);
        std::ifstream file{path, std::ios::binary};
        fuzz::require(file.is_open(), "the file can be read");
        const std::string content{std::istreambuf_iterator<char>{file}, {}};
        fuzz::run(std::as_bytes(std::span{content}));
    }
    return argc > 1 ? 0 : 1;
}

#endif
