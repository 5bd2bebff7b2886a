#include "common/keys.h"

#include <stdexcept>
#include <string>

namespace berkeley {
namespace {

std::optional<Keys> keysIn(const std::filesystem::path& file) {
    if (file.empty()) {
        return std::nullopt;
    }
    try {
        return readKeyFile(file);
    } catch (const std::runtime_error& error) {
        throw UsageError(std::string{"--key-file: "} + error.what());
    }
}

}  // namespace

std::optional<Keys> keysOf(const MasterOptions& options) { return keysIn(options.keyFile); }

std::optional<Key> keyOf(const SlaveOptions& options) {
    const std::optional<Keys> keys = keysIn(options.keyFile);
    if (!keys) {
        return std::nullopt;
    }
    const auto found = keys->find(options.name);
    if (found == keys->end()) {
        throw UsageError("--key-file: " + options.keyFile.string() + " has no key of \"" +
                         options.name + "\"; give a --name that stands there, or add its line");
    }
    return found->second;
}

}  // namespace berkeley
