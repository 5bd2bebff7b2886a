#include "common/daemon.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

#include "common/options.h"

namespace berkeley::apps {
namespace {

/// Runs `body` in a child process, whose signals are its own, and returns its wait status.
template <class Body>
int inChild(Body body) {
    const pid_t child = fork();
    if (child == 0) {
        _exit(body());
    }
    int status = -1;
    waitpid(child, &status, 0);
    return status;
}

int errorStatus(const std::function<void()>& run, std::string& line) {
    testing::internal::CaptureStderr();
    const int status = runMain("berkeley-test", run);
    line = testing::internal::GetCapturedStderr();
    return status;
}

TEST(RunMain, turnsTheEndIntoAnExitStatusAndOneLine) {
    std::string line;
    EXPECT_EQ(errorStatus([] {}, line), 0);
    EXPECT_EQ(line, "");
    EXPECT_EQ(errorStatus([] { throw UsageError{"--port: wrong"}; }, line), 2);
    EXPECT_EQ(line, "berkeley-test: --port: wrong\n");
    EXPECT_EQ(errorStatus([] { throw std::runtime_error{"address in use"}; }, line), 1);
    EXPECT_EQ(line, "berkeley-test: address in use\n");
}

TEST(WaitForStop, endsOnSignalsFromOutside) {
    for (const int signal : {SIGINT, SIGTERM}) {
        EXPECT_EQ(inChild([signal] {
                      blockStopSignals();
                      const pid_t daemon = getpid();
                      if (fork() == 0) {
                          kill(daemon, signal);
                          _exit(0);
                      }
                      const bool stopped = waitForStop(std::chrono::minutes{1});
                      return stopped ? 0 : 1;
                  }),
                  0);
    }
}

TEST(WaitForStop, endsWhenAThreadRequestsIt) {
    EXPECT_EQ(inChild([] {
                  blockStopSignals();
                  std::thread node{requestStop};
                  const bool stopped = waitForStop(std::chrono::minutes{1});
                  node.join();
                  return stopped ? 0 : 1;
              }),
              0);
}

TEST(WaitForStop, returnsWhenItsPatienceEnds) {
    EXPECT_EQ(inChild([] {
                  blockStopSignals();
                  return waitForStop(std::chrono::seconds{0}) ? 1 : 0;
              }),
              0);
}

TEST(WaitForStop, callsBackWhenItHangsUpAndGoesOn) {
    EXPECT_EQ(inChild([] {
                  blockStopSignals();
                  kill(getpid(), SIGHUP);
                  int calls = 0;
                  const bool stopped = waitForStop(std::chrono::minutes{1}, [&] {
                      ++calls;
                      requestStop();
                  });
                  return stopped && calls == 1 ? 0 : 1;
              }),
              0);
}

TEST(WaitForStop, livesOnWhenItHangsUpAndNobodyCares) {
    EXPECT_EQ(inChild([] {
                  blockStopSignals();
                  kill(getpid(), SIGHUP);
                  return waitForStop(std::chrono::seconds{0}) ? 1 : 0;
              }),
              0);
}

TEST(WaitForStop, keepsARequestThatCameFirst) {
    EXPECT_EQ(inChild([] {
                  blockStopSignals();
                  requestStop();
                  const bool stopped = waitForStop(std::chrono::minutes{1});
                  return stopped ? 0 : 1;
              }),
              0);
}

rlim_t descriptors() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

TEST(AllowDescriptors, raisesTheLimitAsFarAsItMay) {
    EXPECT_EQ(inChild([] {
                  const rlimit narrow{.rlim_cur = 10, .rlim_max = 100};
                  setrlimit(RLIMIT_NOFILE, &narrow);
                  const bool raised = allowDescriptors(50) == 50 && descriptors() == 50;
                  const bool kept = allowDescriptors(20) == 50 && descriptors() == 50;
                  const bool asFarAsItMay = allowDescriptors(200) == 100 && descriptors() == 100;
                  return raised && kept && asFarAsItMay ? 0 : 1;
              }),
              0);
}

TEST(BlockStopSignals, makesALostPeerAnErrorOfOneWrite) {
    EXPECT_EQ(inChild([] {
                  blockStopSignals();
                  int ends[2] = {-1, -1};
                  if (pipe(ends) != 0) {
                      return 1;
                  }
                  close(ends[0]);
                  return write(ends[1], "x", 1) == -1 ? 0 : 1;
              }),
              0);
}

}  // namespace
}  // namespace berkeley::apps
