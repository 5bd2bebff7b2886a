"""What is installed: other programs are built against it, and read a running daemon's clock. The
library is built without the daemons, too."""

import os
import re
import tempfile
import time
import unittest
from pathlib import Path

from harness.daemons import GROUP_AHEAD, DaemonTest, HarmlessTest
from harness.programs import BIN, DEADLINE, NOBODY, ROOT, output, run

EXAMPLES = ROOT / "docs" / "examples"

API = {
    "berkeley_close", "berkeley_describe", "berkeley_error_text", "berkeley_now", "berkeley_open",
    "berkeley_path", "berkeley_reason_text", "berkeley_status_text", "berkeley_version",
}  # fmt: skip
# What berkeleyctl run shows to programs, and nothing else.
ANSWERED = {"clock_gettime", "gettimeofday", "time", "timespec_get"}


def exported_by(library):
    symbols = output("nm", "--dynamic", "--defined-only", "--format=posix", library).splitlines()
    return {
        name.split("@")[0] for name, kind, *_ in map(str.split, symbols) if kind not in ("A", "w")
    }


class InstallTest(DaemonTest):
    @classmethod
    def setUpClass(cls):
        cls.prefix = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        output("cmake", "--install", BIN, "--prefix", cls.prefix)
        (config,) = cls.prefix.rglob("berkeley-config.cmake")
        cls.lib = config.parents[2]

    def setUp(self):
        super().setUp()
        _, slave = self.start_ahead_group()
        self.page = slave.page_path

    def installed(self, program, *arguments):
        return output(self.prefix / "bin" / program, *arguments)

    def pkg_config(self, *options):
        env = {"PKG_CONFIG_PATH": str(self.lib / "pkgconfig")}
        return output("pkg-config", *options, "berkeley", env=env).split()

    def check_told(self, text):
        """earliest, time, latest and status, of a group that is 12.5 min ahead."""
        earliest, told, latest, status = text.split()
        self.assertEqual("synchronized", status)
        self.assertLess(int(earliest), int(told))
        self.assertLess(int(told), int(latest))
        self.assert_near(GROUP_AHEAD, int(told) / 1e9 - time.time(), 2, "the group's time")

    def test_libraries_show_their_interface_and_nothing_else(self):
        library = self.lib / "libberkeley.so"
        self.assertEqual(API, exported_by(library))
        self.assertEqual("libberkeley.so.1", Path(os.readlink(library)).name)
        self.assertIn("libberkeley.so.1", output("objdump", "-p", library))
        preload = self.lib / "berkeley" / "libberkeley-preload.so"
        self.assertEqual(ANSWERED, exported_by(preload))
        for file in (library, preload):
            needed = set(re.findall(r"NEEDED +(\S+)", output("objdump", "-p", file)))
            self.assertLessEqual(needed, {"libc.so.6", "libm.so.6"}, file)

    def test_headers_are_those_of_the_interface(self):
        headers = {path.name for path in self.prefix.rglob("*.h")}
        self.assertEqual({"berkeley.h", "group_clock.h"}, headers)

    def test_programs_are_installed(self):
        for program in ("berkeley-master", "berkeley-slave", "berkeleyctl"):
            self.assertIn(program, self.installed(program, "--version"))
        told = self.installed("berkeleyctl", "run", "--page", self.page, "--", "date", "+%s")
        self.assert_near(GROUP_AHEAD, int(told) - time.time(), 2, "date")

    def test_c_with_pkg_config(self):
        program = self.folder / "c"
        command = ["cc", "-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
        command += [EXAMPLES / "read_time.c", "-o", program]
        output(*command, *self.pkg_config("--cflags", "--libs"))
        self.check_told(output(program, self.page, env={"LD_LIBRARY_PATH": str(self.lib)}))
        self.check_told(
            output(program, env={"LD_LIBRARY_PATH": str(self.lib), "BERKELEY_PAGE": str(self.page)})
        )
        # Without the shared library, and still without a C++ library.
        flags = self.pkg_config("--static", "--cflags", "--libs")
        flags = ["-l:libberkeley.a" if flag == "-lberkeley" else flag for flag in flags]
        output(*command, *flags)
        self.check_told(output(program, self.page))

    @unittest.skipUnless(os.geteuid() == 0, "only root makes programs of other users")
    def test_a_setuid_program_does_not_obey_the_environment(self):
        if os.statvfs(self.folder).f_flag & os.ST_NOSUID:
            self.skipTest("no program is setuid in this folder")
        program = self.folder / "program"
        flags = self.pkg_config("--static", "--cflags", "--libs")
        flags = ["-l:libberkeley.a" if flag == "-lberkeley" else flag for flag in flags]
        output("cc", EXAMPLES / "read_time.c", "-o", program, *flags)
        usual = self.folder / "berkeley" / "slave.page"
        usual.parent.mkdir()
        usual.symlink_to(self.page)
        self.folder.chmod(0o755)
        # Where /run is empty.
        command = ["unshare", "--mount", "sh", "-c", f"mount -t tmpfs none /run && exec {program}"]
        choices = ({"BERKELEY_PAGE": str(self.page)}, {"XDG_RUNTIME_DIR": str(self.folder)})
        for choice in choices:
            self.check_told(output(*command, env=choice))
        os.chown(program, NOBODY, NOBODY)
        program.chmod(0o4755)
        for choice in choices:
            with self.assertRaisesRegex(AssertionError, "there is no published page"):
                output(*command, env=choice)

    def test_cpp_with_cmake(self):
        build = self.folder / "build"
        options = [f"-DCMAKE_PREFIX_PATH={self.prefix}", "-DCMAKE_BUILD_TYPE=Release"]
        output("cmake", "-S", EXAMPLES, "-B", build, "-G", "Ninja", *options)
        output("cmake", "--build", build, timeout=6 * DEADLINE)
        for program in ("read_time", "read_time_static"):
            told = output(build / program, self.page, env={"BERKELEY_PAGE": str(self.page)})
            match = re.search(r"certainly one after the other, \d+ ns apart\n(\d+)\n", told)
            self.assertTrue(match, told)
            self.assert_near(GROUP_AHEAD, int(match[1]) / 1e9 - time.time(), 2, program)
        needed = output("objdump", "-p", build / "read_time_static")
        for library in ("berkeley", "spdlog", "boost", "ssl"):
            self.assertNotIn(library, needed)

    def test_python(self):
        (module,) = self.prefix.rglob("berkeley.py")
        env = {"PYTHONPATH": str(module.parent)}
        script = EXAMPLES / "read_time.py"
        self.check_told(output("/usr/bin/python3", script, self.page, env=env))
        missing = self.folder / "missing"
        failing = f"""
import berkeley
try:
    berkeley.GroupClock({str(missing)!r})
except berkeley.Error as error:
    print(error.code, error)
clock = berkeley.GroupClock({str(self.page)!r})
print(clock.path)
clock.close()
clock.close()
try:
    clock.now()
except ValueError as error:
    print(error)
"""
        told = output("/usr/bin/python3", "-c", failing, env=env).splitlines()
        self.assertRegex(told[0], f"^1 {missing}: there is no published page")
        self.assertEqual([str(self.page), "the clock is closed"], told[1:])


# Read at the end of project(): looking for anything but the compiler ends the configuration.
FINDS_NOTHING = r"""
foreach(command find_package find_library find_file find_path find_program)
  cmake_language(EVAL CODE "macro(${command} what)
    message(FATAL_ERROR \"it looks for \${what}\")
  endmacro()")
endforeach()
"""

# Has the library as a part of itself, and looks at what this does to its own variables.
PARENT = """
cmake_minimum_required(VERSION 3.25)
project(parent VERSION 1.0 LANGUAGES CXX)
get_cmake_property(names VARIABLES)
foreach(name ${names})
  set(was_${name} "${${name}}")
endforeach()
add_subdirectory(${BERKELEY} berkeley EXCLUDE_FROM_ALL)
foreach(name ${names})
  if(NOT "${${name}}" STREQUAL "${was_${name}}")
    message(FATAL_ERROR "${name} was '${was_${name}}' and is '${${name}}'")
  endif()
endforeach()
get_cmake_property(new VARIABLES)
list(REMOVE_ITEM new ${names} names)
list(FILTER new EXCLUDE REGEX
  "^(was_|BERKELEY_|berkeley_|CMAKE_INSTALL_[A-Z]+DIR$|_GNUInstallDirs)")
if(new)
  message(FATAL_ERROR "${new} were not there")
endif()
add_executable(read_time ${BERKELEY}/docs/examples/read_time.cpp)
target_link_libraries(read_time PRIVATE berkeley::berkeley_static)
"""


class LibraryTest(HarmlessTest):
    """libberkeley without the daemons."""

    def setUp(self):
        super().setUp()
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.build = self.folder / "build"

    def configure(self, source, *options):
        command = ["cmake", "-S", source, "-B", self.build, "-G", "Ninja", *options]
        return run(*command, timeout=6 * DEADLINE)

    def test_it_is_built_with_a_compiler_and_nothing_else(self):
        trap = self.folder / "finds_nothing.cmake"
        trap.write_text(FINDS_NOTHING, encoding="utf-8")
        options = [f"-DCMAKE_PROJECT_berkeley_INCLUDE={trap}", "-DBERKELEY_WERROR=ON"]
        failed = self.configure(ROOT, *options)
        self.assertIn("it looks for Threads", failed.stderr)
        configured = self.configure(ROOT, *options, "-DBERKELEY_DAEMONS=OFF")
        self.assertEqual(0, configured.returncode, configured.stderr)
        output("cmake", "--build", self.build, timeout=6 * DEADLINE)
        prefix = self.folder / "installed"
        output("cmake", "--install", self.build, "--prefix", prefix)
        installed = {path.name for path in prefix.rglob("*") if not path.is_dir()}
        libraries = {"libberkeley.a", "libberkeley.so", "libberkeley.so.1", "libberkeley.so.1.0.0"}
        packages = {"berkeley.pc", "berkeley-config-version.cmake"}
        packages |= {"berkeley-config.cmake", "berkeley-config-release.cmake"}
        self.assertEqual({"berkeley.h", "group_clock.h"} | libraries | packages, installed)

    def test_as_a_part_of_another_project_it_changes_nothing_of_that(self):
        (self.folder / "CMakeLists.txt").write_text(PARENT, encoding="utf-8")
        for choices in ([], ["-DCMAKE_BUILD_TYPE=Debug", "-DBUILD_TESTING=OFF"]):
            with self.subTest(choices):
                configured = self.configure(self.folder, f"-DBERKELEY={ROOT}", *choices)
                self.assertEqual(0, configured.returncode, configured.stderr)
                self.assertIn("Total Tests: 0", output("ctest", "--test-dir", self.build, "-N"))
        output("cmake", "--build", self.build, timeout=6 * DEADLINE)
        told = run(self.build / "read_time", self.folder / "missing")
        self.assertRegex(told.stderr, "there is no published page")
        prefix = self.folder / "installed"
        output("cmake", "--install", self.build, "--prefix", prefix)
        self.assertEqual([], [path for path in prefix.rglob("*") if not path.is_dir()])


if __name__ == "__main__":
    unittest.main()
