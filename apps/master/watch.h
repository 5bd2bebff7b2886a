/// `berkeley-master --watch`: keeps the screen up to date, and waits for the key that ends it.
///
/// Its thread ends at once when the object does, and the terminal is as it was before. Thread
/// safety: one thread makes and ends it.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "common/screen_log.h"
#include "common/terminal.h"
#include "node/monitor.h"
#include "observe/screen.h"

namespace berkeley::apps {

class Watch {
  public:
    /// `monitor` outlives it. `page` is the web page's address, or "". As long as there is a
    /// screen, the lines of `log` that would come to the same terminal are held.
    Watch(const node::Monitor& monitor, std::shared_ptr<ScreenLog> log, std::string webPage,
          Nanoseconds maxBound);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    /// UsageError where there is no terminal.
    static void requireTerminal();

  private:
    void run();
    void draw();

    const node::Monitor& monitor_;
    const std::shared_ptr<ScreenLog> log_;
    const bool colour_;
    const bool unicode_;
    const date::time_zone& zone_;
    observe::ScreenModel model_;  ///< the thread's
    Terminal terminal_;
    std::thread thread_;
};

}  // namespace berkeley::apps
