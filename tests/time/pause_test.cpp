#include "time/pause.h"

#include <gtest/gtest.h>

namespace berkeley {
inline namespace time {
namespace {

using namespace std::chrono_literals;

TEST(Pause, IsSaidInWordsWithItsLengthWhereThatIsKnown) {
    EXPECT_EQ(toText({PauseKind::suspended, 8h}),
              "this machine was suspended for 8 h 0 min 0.000 s: its clock is not believed until "
              "it is measured again");
    EXPECT_EQ(toText({PauseKind::stopped, std::nullopt}),
              "this machine was stopped by its host: its clock is not believed until it is "
              "measured again");
}

}  // namespace
}  // namespace time
}  // namespace berkeley
