/// Converts the members of Content to the words of a published page and back: the one list of their
/// order.
///
/// Thread safety: pure functions.
#pragma once

#include <bit>
#include <cstring>
#include <type_traits>

namespace berkeley::page {

/// Writes values into consecutive words. Storing and Loading share one list of the values.
class Storing {
  public:
    explicit Storing(std::uint64_t* words) : words_(words) {}

    void operator()(double value) { *words_++ = std::bit_cast<std::uint64_t>(value); }
    void operator()(std::uint64_t value) { *words_++ = value; }
    void operator()(bool value) { *words_++ = value ? 1 : 0; }
    template <class Enum>
    requires std::is_enum_v<Enum>
    void operator()(Enum value) { *words_++ = static_cast<std::uint64_t>(value); }
    void operator()(Nanoseconds value) { *words_++ = static_cast<std::uint64_t>(value.count()); }
    template <class Timeline>
    void operator()(std::chrono::time_point<Timeline, Nanoseconds> value) {
        (*this)(value.time_since_epoch());
    }
    template <std::size_t size>
    void operator()(const std::array<char, size>& text) {
        static_assert(size % sizeof *words_ == 0);
        std::memcpy(words_, text.data(), size);
        words_ += size / sizeof *words_;
    }

  private:
    std::uint64_t* words_;
};

/// Reads values from consecutive words. `load` returns the word at an index, counted from the first
/// word of the content.
template <class Load>
class Loading {
  public:
    explicit Loading(Load load) : load_(load) {}

    void operator()(double& value) { value = std::bit_cast<double>(next()); }
    void operator()(std::uint64_t& value) { value = next(); }
    void operator()(bool& value) { value = next() != 0; }
    template <class Enum>
    requires std::is_enum_v<Enum>
    void operator()(Enum& value) { value = static_cast<Enum>(next()); }
    void operator()(Nanoseconds& value) { value = Nanoseconds{static_cast<std::int64_t>(next())}; }
    template <class Timeline>
    void operator()(std::chrono::time_point<Timeline, Nanoseconds>& value) {
        Nanoseconds sinceEpoch{};
        (*this)(sinceEpoch);
        value = std::chrono::time_point<Timeline, Nanoseconds>{sinceEpoch};
    }
    template <std::size_t size>
    void operator()(std::array<char, size>& text) {
        for (std::size_t i = 0; i < size; i += sizeof(std::uint64_t)) {
            const std::uint64_t word = next();
            std::memcpy(text.data() + i, &word, sizeof word);
        }
        text.back() = '\0';
    }

  private:
    std::uint64_t next() { return load_(index_++); }

    Load load_;
    std::size_t index_ = 0;
};

template <class Visitor, class Clock>
void visitClock(Visitor& visit, Clock& clock) {
    visit(clock.adjusted);
    visit(clock.host.raw);
    visit(clock.host.host);
    visit(clock.host.driftPpb);
    visit(clock.line.anchor);
    visit(clock.line.correction);
    visit(clock.line.frequencyPpb);
    visit(clock.line.slewPpb);
    visit(clock.line.slewEnd);
    visit(clock.line.reference);
    visit(clock.line.bound);
    visit(clock.line.boundGrowthPpb);
    visit(clock.cycle);
    visit(clock.adjustedAt);
    visit(clock.suspended);
    visit(clock.boot.high);
    visit(clock.boot.low);
    visit(clock.interval);
    visit(clock.maxBound);
    visit(clock.suspect);
    visit(clock.vmMarker);
}

template <class Visitor, class Description>
void visitDescription(Visitor& visit, Description& description) {
    visit(description.role);
    visit(description.lastOffset);
    visit(description.deviation);
    visit(description.driftDeviationPpb);
    visit(description.group);
    visit(description.term);
    visit(description.steps);
    visit(description.name);
    visit(description.source);
}

}  // namespace berkeley::page
