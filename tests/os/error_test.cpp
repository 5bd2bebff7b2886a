#include "os/error.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace berkeley::os {
namespace {

TEST(SystemError, SaysWhatAndWhyAndTheRemedyInOneLine) {
    errno = EACCES;
    EXPECT_STREQ(systemError("cannot open it", "close it").what(),
                 "cannot open it (Permission denied): close it");
    EXPECT_STREQ(
        systemError("cannot", "do", std::make_error_code(std::errc::is_a_directory)).what(),
        "cannot (Is a directory): do");
}

}  // namespace
}  // namespace berkeley::os
