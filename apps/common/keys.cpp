#include "common/keys.h"

#include <stdexcept>
#include <string>

#include "node/leadership.h"

namespace berkeley::apps {
namespace {

std::optional<net::Keys> keysIn(const std::filesystem::path& file) {
    if (file.empty()) {
        return std::nullopt;
    }
    try {
        return net::readKeyFile(file);
    } catch (const std::runtime_error& error) {
        throw UsageError(std::string{"--key-file: "} + error.what());
    }
}

net::Key keyIn(const net::Keys& keys, const CommonOptions& options, const std::string& name,
               const std::string& remedy) {
    const auto found = keys.find(name);
    if (found == keys.end()) {
        throw UsageError("--key-file: " + options.keyFile.string() + " has no key for \"" + name +
                         "\"; " + remedy);
    }
    return found->second;
}

}  // namespace

std::optional<net::Keys> keysOf(const MasterOptions& options) { return keysIn(options.keyFile); }

std::optional<net::Key> ownKeyOf(const MasterOptions& options,
                                 const std::optional<net::Keys>& keys) {
    return keys ? std::optional{keyIn(*keys, options, node::MasterRanks::nameOf(options.rank),
                                      "add a line for it")}
                : std::nullopt;
}

std::optional<net::Key> keyOf(const SlaveOptions& options) {
    const std::optional<net::Keys> keys = keysIn(options.keyFile);
    return keys ? std::optional{keyIn(*keys, options, options.name,
                                      "give a --name that is in it, or add a line for this one")}
                : std::nullopt;
}

}  // namespace berkeley::apps
