#include "net/key_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "support/errors.h"
#include "support/temporary_folder.h"

namespace berkeley::net {
namespace {

const std::string kOne(64, '1');
const std::string kTwo(64, '2');

std::string parseError(const std::string& text) {
    return errorOf([&] { return parseKeys(text, "keys"); });
}

TEST(KeyFile, HasANameAndAKeyInEachLine) {
    const Keys keys = parseKeys("rack-7:" + kOne + "\nrack-8:" + kTwo + "ab", "keys");
    EXPECT_EQ(keys.size(), 2U);
    EXPECT_EQ(keys.at("rack-7"), Key(32, 0x11));
    Key longer(32, 0x22);
    longer.push_back(0xAB);
    EXPECT_EQ(keys.at("rack-8"), longer);
}

TEST(KeyFile, MayHaveCommentsBlankLinesAndSpaceAtTheEnds) {
    EXPECT_TRUE(parseKeys("", "keys").empty());
    EXPECT_TRUE(parseKeys("\n\n# a:b\n   # c\n \t\r\n", "keys").empty());
    EXPECT_EQ(parseKeys("\n  a:" + kOne + " \r\n#b:" + kTwo + "\n", "keys").size(), 1U);
}

TEST(KeyFile, ReadsDigitsOfEitherCase) {
    const std::string mixed = "aBcDeF0123456789aBcDeF0123456789aBcDeF0123456789aBcDeF0123456789";
    const Key key = parseKeys("a:" + mixed, "keys").at("a");
    EXPECT_EQ(key[0], 0xAB);
    EXPECT_EQ(key[2], 0xEF);
    EXPECT_EQ(key[31], 0x89);
}

TEST(KeyFile, TakesTheLastColonForTheOneBeforeTheKey) {
    EXPECT_TRUE(parseKeys("a:b:" + kOne, "keys").contains("a:b"));
}

TEST(KeyFile, NamesTheLineThatIsWrong) {
    EXPECT_EQ(parseError("# one\n\na"), "keys, line 3: has no colon: write name:key");
    EXPECT_EQ(parseError("a:" + kOne + "\nb:" + kTwo + "\na:" + std::string(64, '3')),
              "keys, line 3: \"a\" has a key already: remove one of the two lines");
    EXPECT_EQ(parseError("a:" + kOne + "\nb:" + kOne),
              "keys, line 2: \"b\" has the key of \"a\": give each its own");
}

TEST(KeyFile, RefusesKeysThatAreTooShortOrTooLong) {
    EXPECT_EQ(parseError("a:"),
              "keys, line 1: its key has 0 bytes: give 32 to 256, which are 64 to 512 digits");
    EXPECT_EQ(parseError("a:" + kOne.substr(2)),
              "keys, line 1: its key has 31 bytes: give 32 to 256, which are 64 to 512 digits");
    EXPECT_EQ(parseError("a:" + std::string(512, 'f')), "");
    EXPECT_EQ(parseError("a:" + std::string(514, 'f')),
              "keys, line 1: its key has 257 bytes: give 32 to 256, which are 64 to 512 digits");
}

TEST(KeyFile, RefusesKeysThatAreNotHexadecimalWithoutRepeatingThem) {
    for (const std::string& key : {kOne + "1", kOne + "0x", kOne.substr(1) + "g", kOne + " 22"}) {
        EXPECT_EQ(parseError("a:" + key),
                  "keys, line 1: its key is not hexadecimal: give an even number of 0-9 and a-f");
    }
}

TEST(KeyFile, RefusesNamesThatNoSlaveCanHave) {
    const std::string zero(1, '\0');
    for (const std::string& name : {std::string{}, std::string(41, 'x'), std::string{"a b"},
                                    std::string{"\u00FC"}, "a" + zero}) {
        EXPECT_EQ(parseError(name + ":" + kOne),
                  "keys, line 1: has no name before the colon: give 1 to 40 printable ASCII "
                  "characters without a space");
    }
    EXPECT_EQ(parseError(std::string(40, 'x') + ":" + kOne), "");
}

class KeyFileOnDisk : public testing::Test {
  protected:
    KeyFileOnDisk() { write("a:" + kOne + "\n"); }

    void write(const std::string& text) const { std::ofstream{path_} << text; }
    void setMode(mode_t mode) const { ASSERT_EQ(chmod(path_.c_str(), mode), 0); }
    std::string error() const {
        return errorOf([&] { return readKeyFile(path_); });
    }
    void expectUnreadable(const std::string& why) const {
        EXPECT_EQ(error(),
                  "cannot read the keys in " + path_ + " (" + why + "): give a readable file");
    }

    const TemporaryFolder folder_;
    const std::string path_ = folder_ / "keys";
};

TEST_F(KeyFileOnDisk, IsReadWhenItIsItsOwnersAlone) {
    for (const mode_t mode : {0600, 0400, 0700}) {
        setMode(mode);
        EXPECT_EQ(readKeyFile(path_).at("a"), Key(32, 0x11));
    }
}

TEST_F(KeyFileOnDisk, IsRefusedWhenItIsOpenToOthers) {
    for (const mode_t mode : {0640, 0604, 0620, 0602, 0610, 0601}) {
        setMode(mode);
        EXPECT_EQ(error(), "the keys in " + path_ + " are open to others: run chmod 600 " + path_ +
                               ", and replace any key that may have been read");
    }
}

TEST_F(KeyFileOnDisk, NamesItselfWithTheLine) {
    write("a\n");
    setMode(0600);
    EXPECT_EQ(error(), path_ + ", line 1: has no colon: write name:key");
}

TEST_F(KeyFileOnDisk, IsNamedWhenItIsNone) {
    std::filesystem::remove(path_);
    expectUnreadable("No such file or directory");
    std::filesystem::create_directory(path_);
    expectUnreadable("Is a directory");
    std::filesystem::remove(path_);
    ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
    expectUnreadable("Invalid argument");
}

}  // namespace
}  // namespace berkeley::net
