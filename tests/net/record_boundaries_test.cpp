#include "net/record_boundaries.h"

#include <gtest/gtest.h>

#include <vector>

namespace berkeley::net {
namespace {

std::vector<std::byte> record(std::size_t size) {
    std::vector<std::byte> bytes(5 + size, std::byte{0xFF});
    bytes[3] = std::byte(size >> 8);
    bytes[4] = std::byte(size & 0xFF);
    return bytes;
}

std::vector<std::byte> operator+(std::vector<std::byte> one, const std::vector<std::byte>& other) {
    one.insert(one.end(), other.begin(), other.end());
    return one;
}

TEST(RecordBoundaries, KnowWhenOneRecordWasFedAlone) {
    RecordBoundaries boundaries;
    EXPECT_FALSE(boundaries.fedOneRecord());
    for (const std::size_t size : {0, 1, 81, 256, 16'640}) {
        boundaries.feed(record(size));
        EXPECT_TRUE(boundaries.fedOneRecord()) << size;
        EXPECT_FALSE(boundaries.within()) << size;
    }
}

TEST(RecordBoundaries, KnowWhenThereWereTwo) {
    RecordBoundaries boundaries;
    boundaries.feed(record(81) + record(81));
    EXPECT_FALSE(boundaries.fedOneRecord());
    EXPECT_FALSE(boundaries.within());
}

TEST(RecordBoundaries, KnowAPartFromAWhole) {
    const auto two = record(3) + record(2);
    for (std::size_t cut = 1; cut < two.size(); ++cut) {
        RecordBoundaries boundaries;
        const std::span<const std::byte> all{two};
        boundaries.feed(all.first(cut));
        EXPECT_EQ(boundaries.fedOneRecord(), cut == 8) << cut;
        EXPECT_EQ(boundaries.within(), cut != 8) << cut;
        boundaries.feed(all.subspan(cut));
        EXPECT_EQ(boundaries.fedOneRecord(), cut == 8) << cut;
        EXPECT_FALSE(boundaries.within()) << cut;
    }
}

TEST(RecordBoundaries, TakeAStreamByteByByte) {
    RecordBoundaries boundaries;
    const auto stream = record(300) + record(0) + record(1);
    std::vector<std::size_t> ends;
    for (std::size_t i = 0; i < stream.size(); ++i) {
        boundaries.feed(std::span{stream}.subspan(i, 1));
        if (!boundaries.within()) {
            ends.push_back(i + 1);
        }
        EXPECT_FALSE(boundaries.fedOneRecord());
    }
    EXPECT_EQ(ends, (std::vector<std::size_t>{305, 310, 316}));
}

}  // namespace
}  // namespace berkeley::net
