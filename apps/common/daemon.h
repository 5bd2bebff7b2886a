/// What the main functions share: how the daemons are stopped, and how all programs end.
///
/// Signals are blocked rather than handled, so no code ever runs in a signal handler and no system
/// call of any thread is cut short. Thread safety: main's, but for requestStop().
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <iostream>
#include <span>
#include <string>
#include <variant>

#include "common/command_line.h"

namespace berkeley::apps {

/// Blocks SIGINT, SIGTERM and SIGHUP in this thread and in every thread that it starts from now on,
/// and SIGWINCH, which a screen waits for, and ignores SIGPIPE, so that a lost peer is an error
/// of one write. Call it before any thread starts.
void blockStopSignals();

/// Waits for SIGINT, SIGTERM or requestStop(); false when none came for that long. At each SIGHUP
/// calls `hangUp` and waits anew. One thread, after blockStopSignals().
bool waitForStop(
    std::chrono::seconds patience, const std::function<void()>& hangUp = [] {});

/// Ends waitForStop(), also one that has not begun yet. Any thread, after blockStopSignals().
void requestStop();

/// Raises the descriptor limit to `wanted` if permitted; returns the new limit. A shell sets it far
/// lower than it may be, for programs with select().
std::size_t allowDescriptors(std::size_t wanted);

/// Runs `run` and returns the exit status: 0, or 2 for a UsageError and 1 for any other
/// std::exception, after one line "name: what" on stderr.
int runMain(const char* name, const std::function<void()>& run);

/// The same for a program with `arguments`: prints the text that `parse` makes of them, or runs
/// `run` with the options.
template <class Options>
int runMain(const char* name, std::span<const char* const> arguments,
            ParseResult<Options> (*parse)(std::span<const char* const>),
            void (*run)(const Options&)) {
    return runMain(name, [&] {
        const ParseResult<Options> parsed = parse(arguments);
        if (const auto* text = std::get_if<std::string>(&parsed)) {
            std::cout << *text;
        } else {
            run(std::get<Options>(parsed));
        }
    });
}

}  // namespace berkeley::apps
