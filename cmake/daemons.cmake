# What the daemons, their tools and the tests are built from, and how they are compiled.
find_package(Threads REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
find_package(date REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(OpenSSL 3 REQUIRED)
# Its own package file asks for the HTTP server and client of parts that are not used here.
find_library(PROMETHEUS_CPP_CORE prometheus-cpp-core REQUIRED)
find_package(PkgConfig REQUIRED)
# The system's: what the tests import comes from scripts/setup.
set(Python3_ROOT_DIR /usr)
find_package(Python3 REQUIRED COMPONENTS Interpreter)
pkg_check_modules(systemd REQUIRED IMPORTED_TARGET libsystemd)

add_library(berkeley_flags INTERFACE)
target_compile_options(berkeley_flags INTERFACE -Wall -Wextra -Wpedantic)
if(BERKELEY_WERROR)
  target_compile_options(berkeley_flags INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # "text" + std::string{...} is no overlap, whatever g++ 12 says (its bug 105651).
  target_compile_options(berkeley_flags INTERFACE -Wno-restrict)
endif()
# Boost 1.74's coroutine header does not compile as C++20 when it is included first.
target_compile_definitions(berkeley_flags INTERFACE BOOST_ASIO_DISABLE_CO_AWAIT)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # What src/os/mutex.h is for.
  target_compile_options(berkeley_flags INTERFACE -Werror=thread-safety)
endif()
if(BERKELEY_FUZZ)
  # It is led by what the code under test did with its input.
  target_compile_options(berkeley_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(BERKELEY_SANITIZE)
  target_compile_options(berkeley_flags INTERFACE
    -fsanitize=${BERKELEY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
    # This check opens a pipe to look at memory, and so fails where a test leaves no descriptors.
    -fno-sanitize=vptr)
  target_link_options(berkeley_flags INTERFACE -fsanitize=${BERKELEY_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # With sanitizers g++ finds uninitialized values where there are none; without them it is asked.
    target_compile_options(berkeley_flags INTERFACE -Wno-maybe-uninitialized)
  endif()
  if(BERKELEY_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Asio's asynchronous half has fences that this sanitizer cannot see. Only the HTTP server runs
    # it, in one thread.
    target_compile_options(berkeley_flags INTERFACE -Wno-tsan)
  endif()
endif()
