/// Which group a clock belongs to, and in which term.
///
/// A group has an identity from the cycle that founds it, and a term, which grows whenever a
/// different master takes it over. Members know both, so a master that knows neither can ask them.
/// Thread safety: values.
#pragma once

#include <cstdint>

namespace berkeley::sync {

/// Random, drawn when the group is founded; 0 for none.
using GroupId = std::uint64_t;

struct Membership {
    GroupId group{};
    std::uint32_t term{};  ///< counted from 1

    bool isKnown() const { return group != 0; }

    friend bool operator==(const Membership&, const Membership&) = default;
};

}  // namespace berkeley::sync
