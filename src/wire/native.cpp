#include "wire/native.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "message_problem.h"

namespace berkeley::wire {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr double kFrequencyUnitsPerPpb = 1e6;

enum class FrameType : std::uint8_t {
    kHello = 1,
    kPoll,
    kReport,
    kAdjustment,
    kWelcome,
    kRedirect,
    kAnnouncement,
    kMembership
};

constexpr std::uint8_t kNoFlags = 0;
constexpr std::uint8_t kSolicited = 1;  ///< of a report
constexpr std::uint8_t kDeviates = 2;   ///< of a report: it has a deviation
constexpr std::uint8_t kRemembers = 1;  ///< of a hello: it has a frequency
constexpr std::uint8_t kActive = 1;     ///< of an announcement
constexpr std::uint8_t kAnswers = 2;    ///< of an announcement: it has `answers`
constexpr std::uint8_t kCounts = 4;     ///< of an announcement: it has `counted`

/// Writes fields one after another into a frame of zeros.
class FrameWriter {
  public:
    FrameWriter(FrameType type, std::uint8_t flags, std::uint32_t sequence) {
        put8(static_cast<std::uint8_t>(kFrameMagic));
        put8(kVersion);
        put8(static_cast<std::uint8_t>(type));
        put8(flags);
        put(sequence, sizeof sequence);
    }

    void time(HostTime time) { span(time.time_since_epoch()); }
    void optionalTime(std::optional<HostTime> time) { this->time(time.value_or(HostTime{})); }
    void span(Nanoseconds span) { integer(span.count()); }
    void frequency(double ppb) { integer(std::llround(ppb * kFrequencyUnitsPerPpb)); }
    void deviation(const sync::Deviation& deviation) {
        span(deviation.sigma);
        frequency(deviation.driftDeviationPpb);
    }
    void port(std::uint16_t port) { put(port, sizeof port); }
    void number(std::uint64_t number) { put(number, sizeof number); }
    void count(std::uint32_t count) { put(count, sizeof count); }
    void version(std::uint8_t minor) { put8(minor); }
    /// Leaves zeros.
    void skip(std::size_t size) { used_ += size; }
    /// Pads the text with zeros up to `size`.
    void text(std::string_view text, std::size_t size) {
        for (const char c : text) {
            put8(static_cast<std::uint8_t>(c));
        }
        assert(text.size() <= size);
        used_ += size - text.size();
    }

    const Frame& frame() const { return frame_; }

  private:
    void integer(std::int64_t value) { put(static_cast<std::uint64_t>(value), sizeof value); }
    void put(std::uint64_t value, std::size_t size) {
        while (size-- > 0) {
            put8(static_cast<std::uint8_t>(value >> (8 * size)));
        }
    }
    void put8(std::uint8_t value) {
        assert(used_ < frame_.size());
        frame_[used_++] = std::byte{value};
    }

    Frame frame_{};
    std::size_t used_ = 0;
};

Frame frameOf(const Hello& hello) {
    FrameWriter writer{FrameType::kHello, hello.frequencyPpb ? kRemembers : kNoFlags, 0};
    writer.text(hello.name, kLongestName);
    writer.frequency(hello.frequencyPpb.value_or(0));
    writer.version(hello.minorVersion);
    return writer.frame();
}

Frame frameOf(const Poll& poll) {
    return FrameWriter{FrameType::kPoll, kNoFlags, poll.sequence}.frame();
}

Frame frameOf(const Report& report) {
    const int flags = (report.solicited ? kSolicited : 0) | (report.deviation ? kDeviates : 0);
    FrameWriter writer{FrameType::kReport, static_cast<std::uint8_t>(flags), report.sequence};
    writer.time(report.received);
    writer.time(report.sent);
    writer.span(report.correction);
    writer.optionalTime(report.previousSent);
    if (report.deviation) {
        writer.deviation(*report.deviation);
    }
    return writer.frame();
}

Frame frameOf(const sync::Adjustment& adjustment) {
    FrameWriter writer{FrameType::kAdjustment, kNoFlags, adjustment.cycle};
    writer.time(adjustment.reference);
    writer.span(adjustment.correction);
    writer.frequency(adjustment.frequencyPpb);
    writer.span(adjustment.bound);
    writer.frequency(adjustment.boundGrowthPpb);
    writer.deviation(adjustment.deviation);
    return writer.frame();
}

Frame frameOf(const Welcome& welcome) {
    FrameWriter writer{FrameType::kWelcome, kNoFlags, 0};
    writer.span(welcome.interval);
    writer.version(welcome.minorVersion);
    return writer.frame();
}

Frame frameOf(const MasterAnnouncement& message) {
    const auto& [from, active, wait, sent, answers, group, claim, counted] = message.announcement;
    const int flags = (active ? kActive : 0) | (answers ? kAnswers : 0) | (counted ? kCounts : 0);
    FrameWriter writer{FrameType::kAnnouncement, static_cast<std::uint8_t>(flags),
                       static_cast<std::uint32_t>(from)};
    writer.number(message.masters);
    writer.span(wait);
    writer.span(sent);
    writer.span(answers.value_or(Nanoseconds::zero()));
    writer.number(group);
    writer.count(claim.term);
    writer.count(claim.members);
    writer.span(counted.value_or(Nanoseconds::zero()));
    return writer.frame();
}

Frame frameOf(const Redirect& redirect) {
    FrameWriter writer{FrameType::kRedirect, kNoFlags, 0};
    writer.text(redirect.host, kLongestHost);
    writer.port(redirect.port);
    return writer.frame();
}

Frame frameOf(const sync::Membership& membership) {
    FrameWriter writer{FrameType::kMembership, kNoFlags, membership.term};
    writer.number(membership.group);
    return writer.frame();
}

Frame frameOf(const UnknownMessage&) { return {}; }

std::string hexOf(std::uint8_t value) {
    constexpr std::string_view digits = "0123456789abcdef";
    return {'0', 'x', digits[value >> 4], digits[value & 0x0F]};
}

/// Reads the fields of a frame one after another, beginning after the three bytes of the preamble.
class FrameReader {
  public:
    explicit FrameReader(std::span<const std::byte, kFrameSize> frame) : rest_(frame.subspan(3)) {}

    /// Ignores unknown flags, which belong to a later minor version.
    std::uint8_t flags(std::uint8_t known) { return static_cast<std::uint8_t>(take(1) & known); }
    std::uint32_t sequence() { return static_cast<std::uint32_t>(take(4)); }
    HostTime time() { return HostTime{span()}; }
    std::optional<HostTime> optionalTime() {
        const HostTime time = this->time();
        return time == HostTime{} ? std::nullopt : std::optional{time};
    }
    Nanoseconds span() { return Nanoseconds{integer()}; }
    double frequency() { return static_cast<double>(integer()) / kFrequencyUnitsPerPpb; }

    sync::Deviation deviation() { return {.sigma = span(), .driftDeviationPpb = frequency()}; }
    std::uint16_t port() { return static_cast<std::uint16_t>(take(2)); }
    std::uint64_t number() { return take(8); }
    std::uint32_t count() { return static_cast<std::uint32_t>(take(4)); }
    std::uint8_t version() { return static_cast<std::uint8_t>(take(1)); }

    /// Returns the text without its padding. A zero byte inside the text stays, so the text is not
    /// printable.
    std::string text(std::size_t size) {
        std::string text(size, '\0');
        for (char& c : text) {
            c = static_cast<char>(take(1));
        }
        text.erase(text.find_last_not_of('\0') + 1);
        return text;
    }

    /// Skips reserved bytes, which may have a meaning in a later minor version.
    void skip(std::size_t size) { rest_ = rest_.subspan(size); }

  private:
    std::int64_t integer() { return static_cast<std::int64_t>(take(8)); }
    std::uint64_t take(std::size_t size) {
        std::uint64_t value = 0;
        for (const std::byte b : rest_.first(size)) {
            value = value << 8 | std::to_integer<std::uint8_t>(b);
        }
        rest_ = rest_.subspan(size);
        return value;
    }

    std::span<const std::byte> rest_;
};

// A braced initializer evaluates its fields in order, which is their order in the frame.

Message readHello(FrameReader& reader) {
    const bool remembers = reader.flags(kRemembers) == kRemembers;
    reader.skip(sizeof(std::uint32_t));
    Hello hello{.name = reader.text(kLongestName)};
    const double frequencyPpb = reader.frequency();
    if (remembers) {
        hello.frequencyPpb = frequencyPpb;
    }
    hello.minorVersion = reader.version();
    return hello;
}

Message readPoll(FrameReader& reader) {
    reader.flags(kNoFlags);
    return Poll{.sequence = reader.sequence()};
}

Message readReport(FrameReader& reader) {
    const std::uint8_t flags = reader.flags(kSolicited | kDeviates);
    return Report{
        .sequence = reader.sequence(),
        .solicited = (flags & kSolicited) != 0,
        .received = reader.time(),
        .sent = reader.time(),
        .correction = reader.span(),
        .previousSent = reader.optionalTime(),
        .deviation = (flags & kDeviates) != 0 ? std::optional{reader.deviation()} : std::nullopt};
}

Message readAdjustment(FrameReader& reader) {
    reader.flags(kNoFlags);
    return sync::Adjustment{.cycle = reader.sequence(),
                            .reference = reader.time(),
                            .correction = reader.span(),
                            .frequencyPpb = reader.frequency(),
                            .bound = reader.span(),
                            .boundGrowthPpb = reader.frequency(),
                            .deviation = reader.deviation()};
}

Message readWelcome(FrameReader& reader) {
    reader.flags(kNoFlags);
    reader.skip(sizeof(std::uint32_t));
    return Welcome{.interval = reader.span(), .minorVersion = reader.version()};
}

Message readAnnouncement(FrameReader& reader) {
    const std::uint8_t flags = reader.flags(kActive | kAnswers | kCounts);
    const auto spanIf = [&](std::uint8_t flag) {
        const Nanoseconds span = reader.span();
        return (flags & flag) != 0 ? std::optional{span} : std::nullopt;
    };
    MasterAnnouncement message;
    sync::Announcement& announcement = message.announcement;
    announcement.from = reader.sequence();
    announcement.active = (flags & kActive) != 0;
    message.masters = reader.number();
    announcement.wait = reader.span();
    announcement.sent = reader.span();
    announcement.answers = spanIf(kAnswers);
    announcement.group = reader.number();
    announcement.claim.term = reader.count();
    announcement.claim.members = reader.count();
    announcement.counted = spanIf(kCounts);
    return message;
}

Message readRedirect(FrameReader& reader) {
    reader.flags(kNoFlags);
    reader.skip(sizeof(std::uint32_t));
    return Redirect{.host = reader.text(kLongestHost), .port = reader.port()};
}

Message readMembership(FrameReader& reader) {
    reader.flags(kNoFlags);
    const std::uint32_t term = reader.sequence();
    return sync::Membership{.group = reader.number(), .term = term};
}

/// In the order of FrameType, which begins at 1.
constexpr std::array kReaders{readHello,   readPoll,     readReport,       readAdjustment,
                              readWelcome, readRedirect, readAnnouncement, readMembership};

/// Returns a guess at what a peer speaks instead of this protocol.
std::string_view looksLike(std::uint8_t first) {
    if (first == 0x15 || first == 0x16) {
        return " (TLS? The peer uses keys; this side has no --key-file)";
    }
    if (first >= '0' && first <= '9') {
        return " (lab text?)";
    }
    if (first >= 'A' && first <= 'Z') {
        return " (HTTP?)";
    }
    return "";
}

/// Checks as much of magic, version and type as `begun` has, so that a stranger is refused at once
/// and not only after 64 bytes, which it may never send.
void checkPreamble(std::span<const std::byte> begun) {
    const auto at = [begun](std::size_t i) { return std::to_integer<std::uint8_t>(begun[i]); };
    if (!begun.empty() && begun[0] != kFrameMagic) {
        throw WireError("first byte " + hexOf(at(0)) + " is not a native frame" +
                        std::string(looksLike(at(0))));
    }
    if (begun.size() > 1 && at(1) != kVersion) {
        throw WireError("peer speaks protocol version " + std::to_string(at(1)) +
                        ", this is version " + std::to_string(kVersion));
    }
    if (begun.size() > 2 && at(2) == 0) {
        throw WireError("frame type 0 does not exist");
    }
}

}  // namespace

std::string toVersionText(std::uint8_t minorVersion) {
    return std::to_string(kVersion) + "." + std::to_string(minorVersion);
}

bool isPrintable(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

bool isName(std::string_view text) { return problemOf(Hello{std::string{text}}).empty(); }

Frame encode(const Message& message) {
    if (const auto problem = problemOf(message); !problem.empty()) {
        throw std::invalid_argument(std::string(problem));
    }
    return std::visit([](const auto& value) { return frameOf(value); }, message);
}

Message decode(std::span<const std::byte, kFrameSize> frame) {
    checkPreamble(frame);
    FrameReader reader{frame};
    const auto type = std::to_integer<std::uint8_t>(frame[2]);
    if (type > kReaders.size()) {
        return UnknownMessage{type};
    }
    Message message = kReaders[type - 1U](reader);
    if (const auto problem = problemOf(message); !problem.empty()) {
        throw WireError(std::string(problem));
    }
    return message;
}

std::vector<Message> NativeDecoder::feed(std::span<const std::byte> bytes) {
    std::vector<Message> messages;
    fedOneFrame_ = size_ == 0 && bytes.size() == kFrameSize;
    while (!bytes.empty()) {
        const std::size_t taken = std::min(bytes.size(), kFrameSize - size_);
        std::copy_n(bytes.begin(), taken, buffer_.begin() + size_);
        size_ += taken;
        bytes = bytes.subspan(taken);
        checkPreamble(std::span(buffer_).first(size_));
        if (size_ == kFrameSize) {
            size_ = 0;
            messages.push_back(decode(buffer_));
        }
    }
    return messages;
}

}  // namespace berkeley::wire
