/// What a call complains about, and what a text has in it.
#pragma once

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace berkeley {

/// The text of the Error that `call` throws; "" when it throws nothing.
template <class Error = std::runtime_error, class Call>
std::string errorOf(const Call& call) {
    try {
        (void)call();
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

/// For EXPECT_TRUE and EXPECT_FALSE, which then show the text.
inline testing::AssertionResult has(std::string_view text, std::string_view part) {
    const bool found = text.find(part) != std::string_view::npos;
    return testing::AssertionResult{found} << '"' << part << (found ? "\" in \"" : "\" not in \"")
                                           << text << '"';
}

}  // namespace berkeley
