/// What the fuzz targets share.
///
/// A target is NAME.cpp with run(), which takes any bytes, and the folder corpus/NAME with inputs
/// that are worth a try. Built with libFuzzer (scripts/fuzz) it is given mutations of them; built
/// without, as a test, the files themselves. A promise that is broken ends the process.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>
#include <vector>

namespace berkeley::fuzz {

using Bytes = std::span<const std::byte>;

/// The target.
void run(Bytes input);

inline void require(bool kept, const char* promise) {
    if (!kept) {
        std::fprintf(stderr, "broken: %s\n", promise);
        std::abort();
    }
}

inline std::string_view textOf(Bytes input) {
    return {reinterpret_cast<const char*>(input.data()), input.size()};
}

/// Of an error: whatever went into it, it does not break the line that it will be logged in.
inline void requireOneLine(std::string_view error) {
    require(!error.empty(), "an error says what is wrong");
    for (const char c : error) {
        require(c < '\0' || c >= ' ', "an error is one line");
    }
}

/// Of `size` bytes, the last one of what is left.
inline std::vector<Bytes> piecesOf(Bytes whole, std::size_t size) {
    std::vector<Bytes> pieces;
    for (Bytes rest = whole; !rest.empty(); rest = rest.subspan(pieces.back().size())) {
        pieces.push_back(rest.first(std::min(size, rest.size())));
    }
    return pieces;
}

/// A stream as a network may deliver it: the first bytes of an input say where it is cut.
struct CutStream {
    Bytes whole;
    std::vector<Bytes> pieces;

    explicit CutStream(Bytes input) {
        constexpr std::size_t kCuts = 8;
        const Bytes cuts = input.first(std::min(kCuts, input.size()));
        whole = input.subspan(cuts.size());
        Bytes rest = whole;
        for (std::size_t i = 0; !rest.empty(); ++i) {
            const auto size = 1 + std::to_integer<std::size_t>(cuts[i % cuts.size()]);
            const Bytes piece = rest.first(std::min(size, rest.size()));
            pieces.push_back(piece);
            rest = rest.subspan(piece.size());
        }
    }
};

}  // namespace berkeley::fuzz
