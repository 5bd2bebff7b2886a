/// Finds where TLS records end in a stream of bytes, which is all that can be known of them without
/// a key.
///
/// Thread safety: none.
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace berkeley::net {

class RecordBoundaries {
  public:
    void feed(std::span<const std::byte> bytes);

    /// Whether the stream has begun a record that is not complete.
    bool within() const { return header_ != 0; }

    /// Whether the last feed was one record from its first byte to its last, so that what is known
    /// of the bytes, such as when they arrived, is known of the record.
    bool fedOneRecord() const { return fedOneRecord_; }

  private:
    std::size_t take(std::span<const std::byte> bytes);

    std::array<std::byte, 5> begin_{};  ///< type, version, length
    std::size_t header_ = 0;            ///< bytes of `begin_` received so far
    std::size_t body_ = 0;              ///< bytes still to come after a complete header
    bool fedOneRecord_ = false;
};

}  // namespace berkeley::net
