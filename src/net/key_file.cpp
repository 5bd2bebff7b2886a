#include "net/key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/algorithm/hex.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "os/descriptor.h"
#include "os/error.h"
#include "wire/native.h"

namespace berkeley::net {
namespace {

/// The shortest key cannot be guessed; the longest is one that OpenSSL takes with room to spare.
constexpr std::size_t kShortestKey = 32;
constexpr std::size_t kLongestKey = 256;

Key readKey(std::string_view hex) {
    Key key;
    try {
        boost::algorithm::unhex(hex, std::back_inserter(key));
    } catch (const boost::algorithm::hex_decode_error&) {
        throw std::runtime_error("its key is not hexadecimal: give an even number of 0-9 and a-f");
    }
    if (key.size() < kShortestKey || key.size() > kLongestKey) {
        throw std::runtime_error("its key has " + std::to_string(key.size()) +
                                 " bytes: give 32 to 256, which are 64 to 512 digits");
    }
    return key;
}

/// The keys of a file as far as it has been read.
struct Reading {
    Keys keys;
    std::map<std::string, std::string> owners;  ///< names by key, to find a key that two have
};

void addLine(std::string_view line, Reading& reading) {
    // A name may itself contain colons.
    const std::size_t colon = line.rfind(':');
    if (colon == std::string_view::npos) {
        throw std::runtime_error("has no colon: write name:key");
    }
    const std::string name{line.substr(0, colon)};
    if (!wire::isName(name)) {
        throw std::runtime_error(
            "has no name before the colon: give 1 to 40 printable ASCII characters without a "
            "space");
    }
    if (reading.keys.contains(name)) {
        throw std::runtime_error("\"" + name + "\" has a key already: remove one of the two lines");
    }
    const Key key = readKey(line.substr(colon + 1));
    const auto [owner, isNew] = reading.owners.emplace(std::string{key.begin(), key.end()}, name);
    if (!isNew) {
        throw std::runtime_error("\"" + name + "\" has the key of \"" + owner->second +
                                 "\": give each its own");
    }
    reading.keys.emplace(name, key);
}

[[noreturn]] void refuse(const std::filesystem::path& path, std::error_code why = os::lastError()) {
    throw os::systemError("cannot read the keys in " + path.string(), "give a readable file", why);
}

/// Checks the open file, whatever its path may lead to by now.
void checkPrivacy(const os::Descriptor& file, const std::filesystem::path& path) {
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) {
        refuse(path);
    }
    if (!S_ISREG(status.st_mode)) {
        refuse(path, std::make_error_code(S_ISDIR(status.st_mode) ? std::errc::is_a_directory
                                                                  : std::errc::invalid_argument));
    }
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        throw std::runtime_error("the keys in " + path.string() +
                                 " are open to others: run chmod 600 " + path.string() +
                                 ", and replace any key that may have been read");
    }
}

}  // namespace

Keys parseKeys(std::string_view text, const std::string& source) {
    Reading reading;
    std::istringstream lines{std::string{text}};
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        boost::algorithm::trim(line);
        if (line.empty() || line.starts_with('#')) {
            continue;
        }
        try {
            addLine(line, reading);
        } catch (const std::runtime_error& error) {
            throw std::runtime_error(source + ", line " + std::to_string(number) + ": " +
                                     error.what());
        }
    }
    return std::move(reading.keys);
}

Keys readKeyFile(const std::filesystem::path& path) {
    // O_NONBLOCK: does not wait for a writer, should it be a pipe.
    const os::Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (!file.isOpen()) {
        refuse(path);
    }
    checkPrivacy(file, path);
    std::string text;
    std::array<char, 4096> buffer;
    ssize_t size = 0;
    while ((size = ::read(file.get(), buffer.data(), buffer.size())) > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(size));
    }
    if (size < 0) {
        refuse(path);
    }
    return parseKeys(text, path.string());
}

}  // namespace berkeley::net
