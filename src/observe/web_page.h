/// The files of the web page that shows a daemon's state, as built into the program.
///
/// Its own files are in src/observe/web_page; dygraphs, which draws its charts, comes from the
/// system's package at build time. Thread safety: constants.
#pragma once

#include <span>
#include <string_view>

namespace berkeley::observe {

struct WebPageFile {
    std::string_view path;         ///< on the daemon's server: "/", "/page.js"
    std::string_view contentType;  ///< as in HTTP
    std::string_view bytes;        ///< never empty
};

/// Returns all of them. The page requests only these, and what the daemon's server has under
/// "/status.json" and "/history.json".
std::span<const WebPageFile> webPageFiles();

}  // namespace berkeley::observe
