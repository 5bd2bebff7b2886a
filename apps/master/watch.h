/// `berkeley-master --watch`: keeps the screen up to date, and waits for the key that ends it.
///
/// Its destructor ends the thread at once, and gives back the terminal as it was. Thread safety:
/// one thread creates and destroys it.
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
    /// `monitor` must outlive it. `webPage` is the web page's address, or "". As long as there is a
    /// screen, `log` passes on no lines that would go to the same terminal.
    Watch(const node::Monitor& monitor, std::shared_ptr<ScreenLog> log, std::string webPage,
          Nanoseconds maxBound);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    /// Throws UsageError when there is no terminal.
    static void requireTerminal();

  private:
    void run();
    void draw();

    const node::Monitor& monitor_;
    const std::shared_ptr<ScreenLog> log_;
    const bool colour_;
    const bool unicode_;
    const date::time_zone& zone_;
    observe::ScreenModel model_;  ///< thread_ only
    Terminal terminal_;
    std::thread thread_;
};

}  // namespace berkeley::apps
