#include "common/keys.h"

#include <stdexcept>
#include <string>

#include "node/leadership.h"

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

Key keyIn(const Keys& keys, const CommonOptions& options, const std::string& name,
          const std::string& remedy) {
    const auto found = keys.find(name);
    if (found == keys.end()) {
        throw UsageError("--key-file: " + options.keyFile.string() + " has no key of \"" + name +
                         "\"; " + remedy);
    }
    return found->second;
}

}  // namespace

std::optional<Keys> keysOf(const MasterOptions& options) { return keysIn(options.keyFile); }

std::optional<Key> ownKeyOf(const MasterOptions& options, const std::optional<Keys>& keys) {
    return keys ? std::optional{keyIn(*keys, options, MasterRanks::nameOf(options.rank),
                                      "add its line")}
                : std::nullopt;
}

std::optional<Key> keyOf(const SlaveOptions& options) {
    const std::optional<Keys> keys = keysIn(options.keyFile);
    return keys ? std::optional{keyIn(*keys, options, options.name,
                                      "give a --name that stands there, or add its line")}
                : std::nullopt;
}

}  // namespace berkeley
