#include "common/terminal.h"

#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <string>

#include "common/console.h"
#include "host/environment.h"
#include "os/error.h"

namespace berkeley::apps {
namespace {

constexpr Terminal::Size kUsualSize{80, 24};

/// Terminals that know these show everything in between at once; the others ignore them.
constexpr std::string_view kBeginFrame = "\033[?2026h\033[H";
constexpr std::string_view kEndFrame = "\033[J\033[?2026l";
/// The alternate screen, no cursor, and no line wraps into the next one.
constexpr std::string_view kTakeOver = "\033[?1049h\033[?25l\033[?7l\033[2J";
constexpr std::string_view kGiveBack = "\033[?7h\033[?25h\033[?1049l";

/// Opens a separate file description, because it must not block, and standard output's is the
/// shell's as well. Where the terminal is another user's, as after su, standard output's has to do.
int openOutput() {
    const int output = ::open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    return output >= 0 ? output : ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
}

int openResizes() {
    sigset_t resized;
    sigemptyset(&resized);
    sigaddset(&resized, SIGWINCH);
    return ::signalfd(-1, &resized, SFD_CLOEXEC | SFD_NONBLOCK);
}

/// Keys come at once and are not echoed; none stops the output, and only Ctrl-C sends a signal.
termios screenModes(termios modes) {
    modes.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    modes.c_iflag &= ~static_cast<tcflag_t>(IXON);
    modes.c_cc[VSUSP] = _POSIX_VDISABLE;
    modes.c_cc[VQUIT] = _POSIX_VDISABLE;
    modes.c_cc[VMIN] = 1;
    modes.c_cc[VTIME] = 0;
    return modes;
}

/// Erases each line before writing it: after a full line, the cursor is still on its last column.
std::string frameOf(std::string_view screen) {
    std::string frame{kBeginFrame};
    frame += "\033[K";
    for (const char c : screen) {
        if (c == '\n') {
            frame += "\r\n\033[K";
        } else {
            frame += c;
        }
    }
    return frame += kEndFrame;
}

}  // namespace

bool isTerminal() {
    const std::string kind = host::environmentVariable("TERM");
    return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 && !kind.empty() &&
           kind != "dumb";
}

bool showsUnicode() {
    const locale_t user = ::newlocale(LC_CTYPE_MASK, "", nullptr);
    if (user == nullptr) {
        return false;
    }
    const bool unicode = std::string_view{::nl_langinfo_l(CODESET, user)} == "UTF-8";
    ::freelocale(user);
    return unicode;
}

Terminal::Terminal()
    : output_(openOutput()), resizes_(openResizes()), wakes_(::eventfd(0, EFD_CLOEXEC)) {
    const bool open = output_.isOpen() && resizes_.isOpen() && wakes_.isOpen();
    if (!open || ::tcgetattr(STDIN_FILENO, &before_) != 0) {
        throw os::systemError("cannot take over the terminal", "leave out --watch");
    }
    const termios modes = screenModes(before_);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &modes);
    print(kTakeOver, output_.get());
}

Terminal::~Terminal() {
    print(kGiveBack, output_.get());
    // Keys typed meanwhile are not for the shell. TCSAFLUSH would wait for a stopped terminal.
    ::tcflush(STDIN_FILENO, TCIFLUSH);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

Terminal::Size Terminal::size() const {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) {
        return kUsualSize;
    }
    return {size.ws_col, size.ws_row};
}

void Terminal::show(std::string_view screen) { print(frameOf(screen), output_.get()); }

Terminal::Found Terminal::await(std::chrono::milliseconds longest) {
    std::array<pollfd, 3> sources{
        {{STDIN_FILENO, POLLIN, 0}, {resizes_.get(), POLLIN, 0}, {wakes_.get(), POLLIN, 0}}};
    if (::poll(sources.data(), sources.size(), static_cast<int>(longest.count())) <= 0) {
        return {};
    }
    if (sources[2].revents != 0) {
        return {Happening::wake};
    }
    if (sources[1].revents != 0) {
        signalfd_siginfo signal;
        while (::read(resizes_.get(), &signal, sizeof signal) > 0) {
        }
        return {Happening::resize};
    }
    return readKey();
}

Terminal::Found Terminal::readKey() {
    char key = 0;
    return ::read(STDIN_FILENO, &key, 1) == 1 ? Found{Happening::key, key} : Found{Happening::end};
}

void Terminal::wake() {
    const std::uint64_t once = 1;
    (void)!::write(wakes_.get(), &once, sizeof once);
}

}  // namespace berkeley::apps
