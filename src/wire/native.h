/// The native protocol's frames: 64 bytes each, versioned, big-endian; docs/protocol.md has the
/// layout.
///
/// Units: as in messages.h; frequencies travel as whole millionths of a ppb. Thread safety: encode
/// and decode are pure; a decoder belongs to one thread. Errors: WireError.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire/messages.h"

namespace berkeley::wire {

inline constexpr std::size_t kFrameSize = 64;
inline constexpr std::byte kFrameMagic{0xBE};  ///< first byte of every frame; never ASCII

using Frame = std::array<std::byte, kFrameSize>;

inline constexpr std::size_t kLongestName = 40;  ///< of a slave
inline constexpr std::size_t kLongestHost = 48;  ///< of a host to which a standby redirects a slave

/// Returns the version of a peer with this minor version and the same major one, as in "1.3".
std::string toVersionText(std::uint8_t minorVersion);

/// Whether `text` is printable ASCII without space, as names and hosts must be.
bool isPrintable(std::string_view text);

/// Whether a slave can say hello with this name: 1 to kLongestName printable bytes.
bool isName(std::string_view text);

/// Throws std::invalid_argument for a value that the layout cannot carry (a name too long, a time
/// that is not believable) and for an UnknownMessage: these are mistakes of the caller.
Frame encode(const Message& message);

/// Checks every field before believing it; WireError names the first one that is not possible.
/// Ignores what a later minor version may have added.
Message decode(std::span<const std::byte, kFrameSize> frame);

/// Turns a stream of bytes, cut anywhere, into messages.
class NativeDecoder {
  public:
    /// Returns the complete messages in `bytes` and in what was kept from earlier calls. Throws
    /// WireError at the first byte that is not possible, even before a frame is complete.
    std::vector<Message> feed(std::span<const std::byte> bytes);

    /// Returns how many bytes of an unfinished frame are kept.
    std::size_t pending() const { return size_; }

    /// Whether the last feed was exactly one frame, so that what is known of the bytes, such as
    /// when they arrived, is known of the frame.
    bool fedOneFrame() const { return fedOneFrame_; }

  private:
    Frame buffer_{};
    std::size_t size_ = 0;
    bool fedOneFrame_ = false;
};

}  // namespace berkeley::wire
