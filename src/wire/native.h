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
inline constexpr std::size_t kLongestHost = 48;  ///< to which a standby can send a slave on

/// "1.3" of a peer that speaks this minor version of the same major one.
std::string toVersionText(std::uint8_t minorVersion);

/// What names and hosts are made of: printable ASCII without space.
bool isPrintable(std::string_view text);

/// Whether a slave can say hello under that name: 1 to kLongestName bytes of it.
bool isName(std::string_view text);

/// A value that the layout cannot carry (a name too long, a time that is not believable) is the
/// caller's mistake: std::invalid_argument. So is an UnknownMessage.
Frame encode(const Message& message);

/// Checks every field before it believes it; WireError names the first one that cannot be. What a
/// later minor version may have added is left aside.
Message decode(std::span<const std::byte, kFrameSize> frame);

/// Turns a stream of bytes, cut anywhere, into messages.
class NativeDecoder {
  public:
    /// Complete messages in `bytes` and what was kept of earlier calls. Throws WireError at the
    /// first byte that cannot be, also before a frame is complete.
    std::vector<Message> feed(std::span<const std::byte> bytes);

    /// How many bytes of an unfinished frame are kept.
    std::size_t pending() const { return size_; }

    /// Whether the last feed was one frame from its first byte to its last, so that what is known
    /// of the bytes, such as when they arrived, is known of the frame.
    bool fedOneFrame() const { return fedOneFrame_; }

  private:
    Frame buffer_{};
    std::size_t size_ = 0;
    bool fedOneFrame_ = false;
};

}  // namespace berkeley::wire
