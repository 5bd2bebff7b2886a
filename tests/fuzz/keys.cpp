/// The file of keys.
#include <fmt/format.h>

#include <stdexcept>
#include <string>

#include "fuzz.h"
#include "net/key_file.h"

namespace berkeley::fuzz {
namespace {

std::string written(const net::Keys& keys) {
    std::string text;
    for (const auto& [name, key] : keys) {
        text += fmt::format("{}:{:02x}\n", name, fmt::join(key, ""));
    }
    return text;
}

}  // namespace

void run(Bytes input) {
    try {
        const net::Keys keys = net::parseKeys(textOf(input), "keys");
        for (const auto& [name, key] : keys) {
            require(!name.empty() && name.size() <= 40, "a name can be a slave's");
            require(key.size() >= 32 && key.size() <= 256, "a key is long enough");
        }
        require(net::parseKeys(written(keys), "keys") == keys,
                "what is written is read as the same");
    } catch (const std::runtime_error& error) {
        requireOneLine(error.what());
        require(std::string_view{error.what()}.find("keys") != std::string_view::npos,
                "an error names the file");
    }
}

}  // namespace berkeley::fuzz
