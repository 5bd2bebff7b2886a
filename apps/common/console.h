/// Prints what people watch, without letting the reader hold up the daemon.
///
/// Thread safety: one thread at a time.
#pragma once

#include <unistd.h>

#include <string_view>

namespace berkeley::apps {

/// Writes `text` to `output`. What the reader (a stopped terminal, a pager that waits) does not
/// take within a tenth of a second is dropped.
void print(std::string_view text, int output = STDOUT_FILENO);

}  // namespace berkeley::apps
