#include "master/watch.h"

#include <unistd.h>

#include <utility>

#include "common/daemon.h"
#include "common/logging.h"
#include "host/time_zone.h"

namespace berkeley::apps {
namespace {

/// The time between two looks at the group.
constexpr std::chrono::milliseconds kRedraw{500};

}  // namespace

void Watch::requireTerminal() {
    if (!isTerminal()) {
        throw UsageError(
            "--watch: standard input and output are not a terminal that can be redrawn; leave it "
            "out for plain lines");
    }
}

Watch::Watch(const node::Monitor& monitor, std::shared_ptr<ScreenLog> log, std::string webPage,
             Nanoseconds maxBound)
    : monitor_(monitor),
      log_(std::move(log)),
      colour_(wantsColour(STDOUT_FILENO)),
      unicode_(showsUnicode()),
      zone_(host::localTimeZone()) {
    model_.webPage = std::move(webPage);
    model_.maxBound = maxBound;
    if (isatty(STDERR_FILENO) == 1) {
        log_->hold();
    }
    thread_ = std::thread{[this] { run(); }};
}

Watch::~Watch() {
    terminal_.wake();
    thread_.join();
    log_->end();
}

void Watch::run() {
    using Happening = Terminal::Happening;
    while (true) {
        draw();
        const auto [what, key] = terminal_.await(kRedraw);
        if (what == Happening::wake) {
            return;
        }
        if (what == Happening::end || key == 'q' || key == 'Q') {
            requestStop();
        }
        if (what == Happening::end) {
            return;
        }
    }
}

void Watch::draw() {
    model_.status = monitor_.status();
    model_.traces.add(model_.status.group);
    model_.notices = log_->notices();
    const auto [width, height] = terminal_.size();
    terminal_.show(observe::renderScreen(model_, zone_, {width, height, colour_, unicode_}));
}

}  // namespace berkeley::apps
