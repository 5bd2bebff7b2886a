/// The text of one option's value, as every kind of value.
#include <algorithm>
#include <stdexcept>
#include <string>

#include "common/values.h"
#include "fuzz.h"
#include "time/units.h"

namespace berkeley::fuzz {
namespace {

template <class Read, class Check>
void check(Read read, const std::string& text, Check valid) {
    try {
        require(valid(read(text)), "a value that is read can be one");
    } catch (const std::invalid_argument& error) {
        require(std::string_view{error.what()}.starts_with('"' + text + '"') ||
                    text.find(':') != std::string::npos,
                "an error names the text");
    }
}

}  // namespace

void run(Bytes input) {
    // Neither a command line nor a configuration file has zero bytes.
    const std::string text{textOf(input.first(
        static_cast<std::size_t>(std::ranges::find(input, std::byte{0}) - input.begin())))};
    const auto anything = [](const auto&) { return true; };
    const auto span = [](Nanoseconds span) { return parseDuration(toOptionText(span)) == span; };
    check([](const std::string& value) { return parseDuration(value); }, text, span);
    check(apps::readInterval, text, span);
    check(apps::readPatience, text, span);
    check(apps::readSpan, text, span);
    check(apps::readSimulatedOffset, text, span);
    check([](const std::string& value) { return parseFrequency(value); }, text,
          [](double ppb) { return ppb == ppb; });
    check(apps::readSimulatedDrift, text, [](double ppb) { return ppb >= -1e7 && ppb <= 1e7; });
    check(apps::readMaxSlew, text, [](double ppb) { return ppb >= 1 && ppb <= 1e8; });
    check(apps::readEndpoint, text, [](const net::Endpoint& endpoint) {
        return apps::readEndpoint(toText(endpoint)) == endpoint;
    });
    check(apps::readHttp, text, [](const net::Endpoint& endpoint) {
        return apps::readHttp(toText(endpoint)) == endpoint;
    });
    check(apps::readName, text, [](const std::string& name) { return name.size() <= 40; });
    check(apps::readPort, text, [](std::uint16_t port) { return port > 0; });
    check(apps::readCount, text, anything);
    check(apps::readLimit, text, [](std::uint32_t limit) { return limit > 0; });
    check(apps::readUnread, text,
          [](std::uint32_t bytes) { return bytes >= 4096 && bytes <= 102'400; });
    check(apps::readClockKind, text, anything);
    check(apps::readAveraging, text, anything);
    check(apps::readLogLevel, text, anything);
    check(apps::readLogFormat, text, anything);
}

}  // namespace berkeley::fuzz
