# Writes OUTPUT, C++ source that holds the bytes of FILES, a list of file=path=type: where the file
# is, its path on the daemon's server, and its content type. Run as a script.
set(arrays "")
set(table "")
set(index 0)
foreach(entry IN LISTS FILES)
  string(REPLACE "=" ";" parts "${entry}")
  list(GET parts 0 file)
  list(GET parts 1 path)
  list(GET parts 2 type)
  file(READ "${file}" hex HEX)
  if(hex STREQUAL "")
    message(FATAL_ERROR "${file} is empty")
  endif()
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
  string(APPEND arrays "constexpr char kFile${index}[] = {${bytes}};\n")
  string(APPEND table
    "    {\"${path}\", \"${type}\", {std::begin(kFile${index}), std::end(kFile${index})}},\n")
  math(EXPR index "${index} + 1")
endforeach()
file(WRITE "${OUTPUT}" "// Made by cmake/embed.cmake.
#include <iterator>

#include \"observe/web_page.h\"

namespace berkeley::observe {
namespace {

${arrays}
constexpr WebPageFile kFiles[] = {
${table}};

}  // namespace

std::span<const WebPageFile> webPageFiles() { return kFiles; }

}  // namespace berkeley::observe
")
