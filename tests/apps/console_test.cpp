#include "common/console.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <string>

namespace berkeley::apps {
namespace {

/// Standard output is a pipe as long as it lives.
class PipedOutput {
  public:
    PipedOutput() : saved_(::dup(STDOUT_FILENO)) {
        EXPECT_EQ(::pipe(ends_), 0);
        ::dup2(ends_[1], STDOUT_FILENO);
    }
    ~PipedOutput() {
        ::dup2(saved_, STDOUT_FILENO);
        for (const int end : {ends_[0], ends_[1], saved_}) {
            ::close(end);
        }
    }

    std::string read() const {
        std::string text(1 << 16, '\0');
        text.resize(static_cast<std::size_t>(::read(ends_[0], text.data(), text.size())));
        return text;
    }

  private:
    int ends_[2]{};
    int saved_;
};

TEST(Console, PrintsWhatItIsGiven) {
    const PipedOutput output;
    print("New synchronization cycle started.\n");
    EXPECT_EQ(output.read(), "New synchronization cycle started.\n");
}

TEST(Console, DoesNotWaitForAReaderThatHasStopped) {
    const PipedOutput output;
    const auto begin = std::chrono::steady_clock::now();
    print(std::string(1 << 22, 'x'));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{10});
}

}  // namespace
}  // namespace berkeley::apps
