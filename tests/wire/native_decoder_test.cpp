#include "wire/native.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "support/errors.h"
#include "wire/samples.h"

namespace berkeley::wire {
namespace {

std::string feedError(std::string_view text) {
    return errorOf<WireError>([&] { return NativeDecoder{}.feed(std::as_bytes(std::span(text))); });
}

std::vector<std::byte> streamOf(const std::vector<Message>& messages) {
    std::vector<std::byte> stream;
    for (const Message& message : messages) {
        const Frame frame = encode(message);
        stream.insert(stream.end(), frame.begin(), frame.end());
    }
    return stream;
}

TEST(NativeDecoder, GivesTheSameMessagesWhereverTheStreamIsCut) {
    const auto stream = streamOf(kOneOfEach);
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        NativeDecoder decoder;
        auto messages = decoder.feed(std::span(stream).first(cut));
        EXPECT_EQ(messages.size(), cut / kFrameSize);
        EXPECT_EQ(decoder.pending(), cut % kFrameSize);
        for (const Message& message : decoder.feed(std::span(stream).subspan(cut))) {
            messages.push_back(message);
        }
        EXPECT_EQ(messages, kOneOfEach) << "cut at " << cut;
        EXPECT_EQ(decoder.pending(), 0U);
    }
}

TEST(NativeDecoder, GivesTheSameMessagesByteByByte) {
    NativeDecoder decoder;
    std::vector<Message> messages;
    for (const std::byte byte : streamOf(kOneOfEach)) {
        for (const Message& message : decoder.feed(std::span(&byte, 1))) {
            messages.push_back(message);
        }
    }
    EXPECT_EQ(messages, kOneOfEach);
}

TEST(NativeDecoder, KnowsWhenItWasFedOneFrameAndNothingElse) {
    const auto stream = streamOf({kPoll, kReport});
    const std::span bytes{stream};
    NativeDecoder decoder;
    EXPECT_FALSE(decoder.fedOneFrame());
    decoder.feed(bytes.first(kFrameSize));
    EXPECT_TRUE(decoder.fedOneFrame());
    decoder.feed(bytes);
    EXPECT_FALSE(decoder.fedOneFrame()) << "two frames";
    decoder.feed(bytes.first(10));
    EXPECT_FALSE(decoder.fedOneFrame()) << "the beginning of one";
    decoder.feed(bytes.subspan(10, kFrameSize));
    EXPECT_FALSE(decoder.fedOneFrame()) << "parts of two";
    decoder.feed(bytes.subspan(10 + kFrameSize));
    EXPECT_FALSE(decoder.fedOneFrame()) << "the end of one";
    decoder.feed(bytes.first(kFrameSize));
    EXPECT_TRUE(decoder.fedOneFrame());
}

TEST(NativeDecoder, RefusesAStrangerBeforeAFrameIsComplete) {
    EXPECT_EQ(feedError("G"), "first byte 0x47 is not a native frame (HTTP?)");
    EXPECT_EQ(feedError("\xBE\x07"), "peer speaks protocol version 7, this is version 1");
    EXPECT_EQ(feedError(std::string_view{"\xBE\x01\x00", 3}), "frame type 0 does not exist");
    EXPECT_EQ(feedError("\xBE\x01\x03"), "");
}

TEST(NativeDecoder, RefusesAStrangerBehindAGoodFrame) {
    auto stream = streamOf({kPoll});
    stream.push_back(std::byte{0});
    NativeDecoder decoder;
    EXPECT_THROW(decoder.feed(stream), WireError);
}

TEST(NativeDecoder, SurvivesBeingFedAfterAnError) {
    NativeDecoder decoder;
    const std::vector<std::byte> noise(200, std::byte{0x55});
    for (int i = 0; i < 3; ++i) {
        EXPECT_THROW(decoder.feed(noise), WireError);
    }
    EXPECT_LE(decoder.pending(), kFrameSize);
}

/// All that one side of a recorded connection said.
std::vector<std::byte> contentOf(const std::filesystem::path& file) {
    std::ifstream stream{file, std::ios::binary};
    const std::string content{std::istreambuf_iterator<char>{stream}, {}};
    const auto bytes = std::as_bytes(std::span{content});
    return {bytes.begin(), bytes.end()};
}

TEST(NativeDecoder, UnderstandsEveryWordOfEarlierVersions) {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator{BERKELEY_RECORDED}) {
        if (entry.path().extension() != ".bin") {
            continue;
        }
        ++files;
        const std::vector<std::byte> said = contentOf(entry.path());
        EXPECT_EQ(streamOf(NativeDecoder{}.feed(said)), said) << entry.path();
    }
    EXPECT_GE(files, 4U);
}

}  // namespace
}  // namespace berkeley::wire
