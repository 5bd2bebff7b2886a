/// Messages of every kind, and frames in which something is changed.
#pragma once

#include <initializer_list>
#include <type_traits>
#include <vector>

#include "wire/native.h"

namespace berkeley::wire {

// 2026-11-24 16:00:00.123456789 UTC
inline constexpr HostTime kAfternoon{Nanoseconds{1'795'536'000'123'456'789}};

inline const Hello kHello{.name = "rack-7.left"};
inline const Hello kRemembering{.name = "rack-7.left", .frequencyPpb = -12345.678901};
inline const Poll kPoll{.sequence = 0x01020304};
inline const Report kReport{
    .sequence = 0x01020304,
    .solicited = true,
    .received = kAfternoon,
    .sent = kAfternoon + std::chrono::microseconds{41},
    .correction = Nanoseconds{-1'500'000},
    .previousSent = kAfternoon - std::chrono::microseconds{7},
    .deviation = sync::Deviation{.sigma = Nanoseconds{1'234}, .driftDeviationPpb = 10.5}};
inline const Report kFirst{.sequence = 1,
                           .solicited = true,
                           .received = kAfternoon,
                           .sent = kAfternoon + std::chrono::microseconds{41},
                           .correction = Nanoseconds{-1'500'000}};
inline const Report kUnasked{.solicited = false,
                             .received = kAfternoon,
                             .sent = kAfternoon,
                             .correction = Nanoseconds{-1'500'000}};
inline const sync::Adjustment kAdjustment{
    .cycle = 42,
    .reference = kAfternoon + std::chrono::seconds{5},
    .correction = Nanoseconds{-1'500'000},
    .frequencyPpb = -12345.678901,
    .bound = Nanoseconds{250'000},
    .boundGrowthPpb = 40'000,
    .deviation = {.sigma = Nanoseconds{1'234}, .driftDeviationPpb = 10.5}};
inline const Welcome kWelcome{.interval = std::chrono::seconds{5}};
inline const Redirect kRedirect{.host = "master-2", .port = 8080};
inline const Redirect kNobody{};
inline const MasterAnnouncement kBeginning{
    .announcement = {.from = 2, .wait = std::chrono::seconds{1}, .claim = {.term = 4}},
    .masters = 7};
inline const MasterAnnouncement kActive{.announcement = {.from = 1,
                                                         .active = true,
                                                         .wait = Nanoseconds::zero(),
                                                         .sent = std::chrono::seconds{9},
                                                         .answers = std::chrono::seconds{8},
                                                         .group = 0x1112131415161718,
                                                         .claim = {.members = 6, .term = 5},
                                                         .counted = std::chrono::seconds{7}},
                                        .masters = 0x0102030405060708};
inline const sync::Membership kMembership{.group = 0x1112131415161718, .term = 5};
inline const std::vector<Message> kOneOfEach{
    kHello,   kRemembering, kPoll,   kReport,    kFirst,  kUnasked,   kAdjustment,
    kWelcome, kRedirect,    kNobody, kBeginning, kActive, kMembership};

/// The frame of `message` with `bytes` written over it from `offset` on.
inline Frame patched(const Message& message, std::size_t offset, std::initializer_list<int> bytes) {
    Frame frame = encode(message);
    for (const int value : bytes) {
        frame.at(offset++) = static_cast<std::byte>(value);
    }
    return frame;
}

/// A good message with one field changed.
template <class M, class Field>
Message with(M message, Field M::*field, std::type_identity_t<Field> value) {
    message.*field = value;
    return message;
}

}  // namespace berkeley::wire
