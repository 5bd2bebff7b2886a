/// Prints what people watch, without letting the reader hold up the daemon.
///
/// Thread safety: one thread at a time.
#pragma once

#include <unistd.h>

#include <string_view>

namespace berkeley::apps {

/// Writes to `output`. When it is not read for a tenth of a second (a stopped terminal, a pager
/// that waits), the rest of `text` is dropped.
void print(std::string_view text, int output = STDOUT_FILENO);

}  // namespace berkeley::apps
