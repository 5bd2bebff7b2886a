# Builds the web page's files into the layer observe.
set(dygraphs_home /usr/share/javascript/dygraphs)
find_file(BERKELEY_DYGRAPHS_JS dygraph.min.js PATHS ${dygraphs_home} NO_DEFAULT_PATH)
find_file(BERKELEY_DYGRAPHS_CSS dygraph.min.css PATHS ${dygraphs_home} NO_DEFAULT_PATH)
if(NOT BERKELEY_DYGRAPHS_JS OR NOT BERKELEY_DYGRAPHS_CSS)
  message(FATAL_ERROR "dygraphs is not in ${dygraphs_home}: install Debian's package libjs-dygraphs "
    "(scripts/setup does), or name its files with -DBERKELEY_DYGRAPHS_JS=... and "
    "-DBERKELEY_DYGRAPHS_CSS=...")
endif()

set(page ${CMAKE_CURRENT_LIST_DIR})
set(page_files ${page}/index.html ${page}/page.css ${page}/icon.svg
  ${BERKELEY_DYGRAPHS_JS} ${BERKELEY_DYGRAPHS_CSS})
set(page_entries
  ${page}/index.html=/=text/html
  ${page}/page.css=/page.css=text/css
  ${page}/icon.svg=/icon.svg=image/svg+xml
  ${BERKELEY_DYGRAPHS_JS}=/dygraph.js=text/javascript
  ${BERKELEY_DYGRAPHS_CSS}=/dygraph.css=text/css)
file(GLOB scripts CONFIGURE_DEPENDS ${page}/*.js)
foreach(file ${scripts})
  cmake_path(GET file FILENAME name)
  list(APPEND page_files ${file})
  list(APPEND page_entries ${file}=/${name}=text/javascript)
endforeach()

set(page_source ${CMAKE_CURRENT_BINARY_DIR}/web_page.cpp)
add_custom_command(
  OUTPUT ${page_source}
  COMMAND ${CMAKE_COMMAND} "-DFILES=${page_entries}" -DOUTPUT=${page_source}
    -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
  DEPENDS ${page_files} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
  COMMENT "Building the web page in" VERBATIM)
target_sources(berkeley_observe PRIVATE ${page_source})
