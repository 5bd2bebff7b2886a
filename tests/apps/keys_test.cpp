#include "common/keys.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace berkeley::apps {
namespace {

/// A file of keys that lives as long as this object.
class KeysOfOptions : public testing::Test {
  protected:
    KeysOfOptions() {
        std::ofstream{path_} << "one:" << std::string(64, '1') << "\n";
        allow(std::filesystem::perms::owner_read);
    }
    ~KeysOfOptions() override { std::filesystem::remove(path_); }

    void allow(std::filesystem::perms who) const { std::filesystem::permissions(path_, who); }

    // The process id, because the tests run side by side.
    const std::string path_ =
        testing::TempDir() + "berkeley-options-keys-" + std::to_string(getpid());
};

template <class Step>
std::string errorOf(Step step) {
    try {
        (void)step();
    } catch (const UsageError& error) {
        return error.what();
    }
    return "accepted";
}

TEST_F(KeysOfOptions, areThoseInTheFile) {
    MasterOptions master;
    EXPECT_FALSE(keysOf(master));
    master.keyFile = path_;
    EXPECT_EQ(keysOf(master)->at("one"), net::Key(32, 0x11));
    SlaveOptions slave;
    EXPECT_FALSE(keyOf(slave));
    slave.keyFile = path_;
    slave.name = "one";
    EXPECT_EQ(keyOf(slave), net::Key(32, 0x11));
}

TEST_F(KeysOfOptions, haveALineForTheSlavesName) {
    SlaveOptions slave;
    slave.keyFile = path_;
    slave.name = "two";
    EXPECT_EQ(
        errorOf([&] { return keyOf(slave); }),
        "--key-file: " + path_ +
            " has no key for \"two\"; give a --name that is in it, or add a line for this one");
}

TEST_F(KeysOfOptions, areRefusedAsTheOptionIsWhenTheFileIsWrong) {
    MasterOptions master;
    master.keyFile = path_;
    allow(std::filesystem::perms::owner_read | std::filesystem::perms::group_read);
    EXPECT_TRUE(
        errorOf([&] { return keysOf(master); }).starts_with("--key-file: the keys in " + path_));
}

}  // namespace
}  // namespace berkeley::apps
