/// What the main functions share: how the daemons are stopped, and how all programs end.
///
/// Signals are blocked rather than handled, so no code ever runs in a signal handler and no system
/// call of any thread is cut short. Thread safety: main thread only, except requestStop().
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

/// Blocks SIGINT, SIGTERM, SIGHUP and SIGWINCH, which a screen waits for, in this thread and in
/// every thread that it starts from now on. Ignores SIGPIPE, so that a lost peer is an error of one
/// write. Call it before any thread starts.
void blockStopSignals();

/// Waits for SIGINT, SIGTERM or requestStop(); returns false when none came within `patience`. At
/// each SIGHUP, calls `hangUp` and waits anew. One thread only, after blockStopSignals().
bool waitForStop(
    std::chrono::seconds patience, const std::function<void()>& hangUp = [] {});

/// Ends waitForStop(), even one that has not begun yet. Any thread, after blockStopSignals().
void requestStop();

/// Raises the descriptor limit to `wanted` if permitted; returns the new limit. Shells set it far
/// lower than it may be, for programs that use select().
std::size_t allowDescriptors(std::size_t wanted);

/// Runs `run` and returns the exit status: 0, or 2 for a UsageError and 1 for any other
/// std::exception, after one line "name: what" on stderr.
int runMain(const char* name, const std::function<void()>& run);

/// The same for a program with `arguments`: prints the text that `parse` returns for them, or runs
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
