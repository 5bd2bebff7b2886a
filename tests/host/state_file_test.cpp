#include "host/state_file.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "support/errors.h"
#include "support/temporary_folder.h"

namespace berkeley::host {
namespace {

class StateFileTest : public testing::Test {
  protected:
    const TemporaryFolder folder_;
    StateFile file_{folder_.path()};
};

TEST_F(StateFileTest, RemembersTheFrequencyExactly) {
    file_.save({-12'345.678'901'234});
    EXPECT_EQ(file_.load()->frequencyPpb, -12'345.678'901'234);
}

TEST_F(StateFileTest, KnowsNothingWhenThereIsNoFile) { EXPECT_FALSE(file_.load()); }

TEST_F(StateFileTest, MakesTheFolderThatItNeeds) {
    const StateFile deep{folder_ / "a" / "b"};
    deep.save({1});
    EXPECT_TRUE(deep.load());
}

TEST_F(StateFileTest, LeavesNothingButTheFile) {
    file_.save({1});
    file_.save({2});
    const std::filesystem::directory_iterator entries{folder_.path()};
    EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
    EXPECT_EQ(file_.load()->frequencyPpb, 2);
}

TEST_F(StateFileTest, RefusesADamagedFileAndNamesIt) {
    for (const char* damaged :
         {"", "{", "[]", "{\"version\":1}", "{\"version\":2,\"frequency_ppb\":1}",
          "{\"version\":1,\"frequency_ppb\":\"1\"}", "{\"version\":1,\"frequency_ppb\":1e300}",
          "{\"version\":1,\"frequency_ppb\":-20000001}"}) {
        std::ofstream{file_.path()} << damaged;
        EXPECT_TRUE(has(errorOf([&] { return file_.load(); }), file_.path().string())) << damaged;
    }
}

TEST_F(StateFileTest, NamesTheFolderThatCannotBeUsed) {
    EXPECT_TRUE(has(errorOf([] { StateFile{"/proc/berkeley"}.save({1}); }), "/proc/berkeley"));
}

TEST(DefaultStateFolder, IsTheServiceManagersIfThereIsOne) {
    ::setenv("STATE_DIRECTORY", "/var/lib/one:/var/lib/two", 1);
    EXPECT_EQ(defaultStateFolder(), "/var/lib/one");
    ::unsetenv("STATE_DIRECTORY");
}

}  // namespace
}  // namespace berkeley::host
