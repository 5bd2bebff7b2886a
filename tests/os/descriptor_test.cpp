#include "os/descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace berkeley::os {
namespace {

bool isOpen(int number) { return ::fcntl(number, F_GETFD) >= 0; }

TEST(Descriptor, IsClosedWithItsOwner) {
    int number = -1;
    {
        const Descriptor owner{::dup(0)};
        number = owner.get();
        EXPECT_TRUE(owner.isOpen());
        EXPECT_TRUE(isOpen(number));
    }
    EXPECT_FALSE(isOpen(number));
}

TEST(Descriptor, IsClosedOnceHoweverOftenItMoves) {
    Descriptor first{::dup(0)};
    const int number = first.get();
    Descriptor second{std::move(first)};
    Descriptor third{::dup(0)};
    const int former = third.get();
    third = std::move(second);
    EXPECT_EQ(third.get(), number);
    EXPECT_TRUE(isOpen(number));
    EXPECT_FALSE(isOpen(former));
    third.close();
    EXPECT_FALSE(third.isOpen());
    EXPECT_FALSE(isOpen(number));
}

TEST(Descriptor, IsNotOpenWhereTheCallFailedAndLeavesWhyItDid) {
    {
        const Descriptor none{::open("/nowhere/at.all", O_RDONLY)};
        EXPECT_FALSE(none.isOpen());
        const Descriptor another{::dup(0)};
        errno = ENOENT;
    }
    EXPECT_EQ(errno, ENOENT);
}

}  // namespace
}  // namespace berkeley::os
