/// The terminal that a program was started in, as one screen that is redrawn; keys come at once.
///
/// Thread safety: one thread at a time.
#pragma once

#include <termios.h>

#include <chrono>
#include <cstddef>
#include <string_view>

#include "os/descriptor.h"

namespace berkeley::apps {

/// Returns whether standard input and output are a terminal that can be a screen.
bool isTerminal();

/// Returns whether the user's locale says that the terminal shows UTF-8.
bool showsUnicode();

class Terminal {
  public:
    /// Takes over the terminal: the alternate screen, without a cursor. Ctrl-C is still SIGINT;
    /// Ctrl-Z and Ctrl-\ do nothing, as they would leave the terminal in this state. SIGWINCH must
    /// be blocked in all threads, see blockStopSignals().
    Terminal();
    /// Gives back the terminal as it was.
    ~Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    struct Size {
        std::size_t width, height;
    };
    Size size() const;

    /// Shows lines with newlines in between, no wider and no more than size(). What the terminal
    /// does not take within a tenth of a second is dropped; the next screen replaces it.
    void show(std::string_view screen);

    enum class Happening { nothing, key, resize, wake, end };
    struct Found {
        Happening what{};
        char key{};
    };
    /// Waits at most `longest` for a key, a new size, wake(), or the end of the terminal.
    Found await(std::chrono::milliseconds longest);

    /// Ends await(), even one that has not begun yet. Any thread.
    void wake();

  private:
    Found readKey();

    termios before_{};
    const os::Descriptor output_;
    const os::Descriptor resizes_;
    const os::Descriptor wakes_;
};

}  // namespace berkeley::apps
