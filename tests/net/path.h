/// What lies between a slave and its master, as tests of this folder change it.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <ostream>
#include <vector>

namespace berkeley::net {

using Bytes = std::vector<std::byte>;

enum class Way { toMaster, toSlave };

inline void PrintTo(Way way, std::ostream* out) {
    *out << (way == Way::toMaster ? "ToMaster" : "ToSlave");
}

/// Told the direction, the bytes, which it may change, and how many have gone that way before them.
using Change = std::function<void(Way, Bytes&, std::size_t before)>;

inline void changeNothing(Way, Bytes&, std::size_t) {}

/// Changes the byte at `position`, counted from the first one that has gone that way.
inline Change flipped(Way way, std::size_t position) {
    return [=](Way going, Bytes& bytes, std::size_t before) {
        if (going == way && position >= before && position - before < bytes.size()) {
            bytes[position - before] ^= std::byte{1} << position % 8;
        }
    };
}

}  // namespace berkeley::net
