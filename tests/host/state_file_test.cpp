#include "berkeley/host/state_file.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace berkeley {
namespace {

std::filesystem::path makeFolder() {
    std::string pattern = testing::TempDir() + "berkeley-state-XXXXXX";
    return ::mkdtemp(pattern.data());
}

class StateFileTest : public testing::Test {
  protected:
    ~StateFileTest() override { std::filesystem::remove_all(folder_); }

    void write(const std::string& text) const { std::ofstream{file_.path()} << text; }

    std::filesystem::path folder_ = makeFolder();
    StateFile file_{folder_};
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
    const std::filesystem::directory_iterator entries{folder_};
    EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
    EXPECT_EQ(file_.load()->frequencyPpb, 2);
}

TEST_F(StateFileTest, RefusesADamagedFileAndNamesIt) {
    for (const char* damaged :
         {"", "{", "[]", "{\"version\":1}", "{\"version\":2,\"frequency_ppb\":1}",
          "{\"version\":1,\"frequency_ppb\":\"1\"}", "{\"version\":1,\"frequency_ppb\":1e300}"}) {
        write(damaged);
        try {
            (void)file_.load();
            FAIL() << "believed " << damaged;
        } catch (const std::runtime_error& error) {
            EXPECT_NE(std::string{error.what()}.find(file_.path()), std::string::npos);
        }
    }
}

TEST_F(StateFileTest, NamesTheFolderThatCannotBeUsed) {
    const StateFile impossible{"/proc/berkeley"};
    EXPECT_THROW(impossible.save({1}), std::runtime_error);
}

TEST(DefaultStateFolder, IsTheServiceManagersIfThereIsOne) {
    ::setenv("STATE_DIRECTORY", "/var/lib/one:/var/lib/two", 1);
    EXPECT_EQ(defaultStateFolder(), "/var/lib/one");
    ::unsetenv("STATE_DIRECTORY");
}

}  // namespace
}  // namespace berkeley
