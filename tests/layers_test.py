"""Includes follow the layers of docs/architecture.md, and the core stays arithmetic."""

import functools
import re
import shutil
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("include", "src", "apps")

CORE = {"time", "sync", "wire"}

# layer: the layers that it may include besides itself
LAYERS = {
    "os": set(),
    "time": set(),
    "sync": {"time"},
    "wire": {"sync", "time"},
    "page": {"time"},
    "client": {"page", "time"},
    "preload": {"page", "time"},
    "host": {"wire", "sync", "time", "page", "os"},
    "net": {"wire", "sync", "time", "os"},
    "observe": {"wire", "sync", "time"},
    "node": {"host", "net", "observe", "wire", "sync", "time", "page", "os"},
    "apps": {"node", "host", "net", "observe", "wire", "sync", "time", "page", "client", "os"},
}  # fmt: skip

# layer: the libraries that it may include besides C++'s own, by the beginning of the header's name
LIBRARIES = {
    "os": (),
    "time": (),
    "sync": (),
    "wire": ("date/",),
    "page": (),
    "client": (),
    "preload": (),
    "host": ("date/", "nlohmann/"),
    "net": ("boost/algorithm/", "boost/asio/", "boost/beast/", "openssl/"),
    "observe": ("date/", "nlohmann/", "prometheus/"),
    "node": ("date/", "fmt/", "spdlog/"),
    "apps": ("date/", "boost/program_options", "fmt/", "nlohmann/", "spdlog/"),
}  # fmt: skip

# layer: the headers of the C library and the kernel that it may include; the others may use any
SYSTEM = {
    "time": set(),
    "sync": set(),
    "wire": set(),
    "observe": set(),
    "os": {"unistd.h"},
    # clocks and files
    "page": {"fcntl.h", "sched.h", "sys/mman.h", "sys/stat.h", "unistd.h"},
    "client": {"stdint.h"},
}  # fmt: skip

# C++'s headers for threads, streams, files, signals, chance and the system's clock
BLOCKING = set(
    "atomic barrier condition_variable coroutine csignal cstdio ctime filesystem fstream future "
    "iostream istream latch mutex ostream random semaphore shared_mutex stop_token thread".split()
)
CLOCK_CALL = re.compile(r"_clock::now|\b(clock_gettime|gettimeofday|std::time)\s*\(")

# layer: the namespaces that it may open, where that is not its own name in berkeley
NAMESPACES = {
    "time": {"berkeley", "time"},  # inline: the words that all layers speak, without a prefix
    "client": {"berkeley", "detail"},  # what is installed
}  # fmt: skip
NAMESPACE = re.compile(r"(?:inline )?namespace ([\w: ]+) \{")

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)')


def layer_of(path):
    """Of a file, named from the project's root."""
    parts = Path(path).parts
    return {"apps": "apps", "include": "client"}.get(parts[0]) or parts[1]


def sources(folder):
    return [file for file in sorted(folder.rglob("*")) if file.suffix in (".h", ".cpp")]


@functools.cache
def kept_headers(root):
    """Those that a layer keeps to itself: its own files include them without the folder."""
    return {
        path
        for file in sources(root / "src")
        for line in file.read_text(encoding="utf-8").splitlines()
        if (include := INCLUDE.match(line)) and include[1]
        if (path := file.parent / include[1]).is_file()
    }


def mistake_of_project_header(root, file, layer, header):
    """What is wrong with `#include "header"`, if anything."""
    candidates = [file.parent / header, root / "include" / header, root / "src" / header]
    if layer == "apps":
        candidates.append(root / "apps" / header)
    found = next((path.resolve() for path in candidates if path.is_file()), None)
    if found is None:
        return "is not where this layer may look"
    if file.is_relative_to(root / "include") and not found.is_relative_to(root / "include"):
        return "is not installed"
    other = layer_of(found.relative_to(root))
    if other != layer and other not in LAYERS[layer]:
        return f"is of the layer {other}"
    if other != layer and found in kept_headers(root):
        return f"is what the layer {other} keeps to itself"
    return None


def mistake_of_system_header(root, layer, header):
    """What is wrong with `#include <header>`, if anything."""
    if any((root / folder / header).is_file() for folder in FOLDERS):
        return "belongs to the project, which is included with quotes"
    if "/" not in header and not header.endswith(".h"):
        return "is nothing for arithmetic" if layer in CORE and header in BLOCKING else None
    if header.startswith(LIBRARIES[layer]):
        return None
    library = header.split("/")[0] + "/"
    if any(library == name.split("/")[0] + "/" for names in LIBRARIES.values() for name in names):
        return "is of a library that this layer does not know"
    if header not in SYSTEM.get(layer, {header}):
        return "is of the system"
    return None


def mistakes_of(root, file):
    """All that is wrong in one file, a line each."""
    name = file.relative_to(root)
    layer = layer_of(name)
    result = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        mistake = None
        if include := INCLUDE.match(line):
            project, system = include.groups()
            mistake = (
                mistake_of_project_header(root, file, layer, project)
                if project
                else mistake_of_system_header(root, layer, system)
            )
        elif namespace := NAMESPACE.match(line):
            if namespace[1] not in NAMESPACES.get(layer, {f"berkeley::{layer}"}):
                mistake = "is not the layer's namespace"
        elif layer in CORE and CLOCK_CALL.search(line):
            mistake = "reads a clock"
        if mistake:
            result.append(f"{name}:{number}: {line.strip()}: in {layer}: {mistake}")
    return result


def mistakes(root):
    """All that is wrong in all files."""
    return [
        mistake
        for folder in FOLDERS
        for file in sources(root / folder)
        for mistake in mistakes_of(root, file)
    ]


class Layers(unittest.TestCase):
    maxDiff = None

    def test_every_layer_is_in_the_table(self):
        folders = {file.relative_to(ROOT / "src").parts[0] for file in sources(ROOT / "src")}
        self.assertEqual(folders | {"apps"}, set(LAYERS))
        self.assertEqual(set(LIBRARIES), set(LAYERS))

    def test_includes_follow_the_layers(self):
        self.assertEqual([], mistakes(ROOT))


class WrongIncludes(unittest.TestCase):
    """Each is put at the end of a copy of a real file, and has to be found."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.copy = Path(folder.name).resolve()
        for name in FOLDERS:
            shutil.copytree(ROOT / name, cls.copy / name)

    def expect(self, file, line, mistake):
        path = self.copy / file
        before = path.read_text(encoding="utf-8")
        number = len(before.splitlines()) + 1
        try:
            path.write_text(f"{before}{line}\n", encoding="utf-8")
            found = mistakes_of(self.copy, path)
        finally:
            path.write_text(before, encoding="utf-8")
        layer = layer_of(file)
        self.assertEqual([f"{file}:{number}: {line}: in {layer}: {mistake}"], found)

    def test_a_layer_below_does_not_include_one_above(self):
        for file, header in (
            ("src/time/units.cpp", "sync/average.h"),
            ("src/sync/roster.h", "wire/messages.h"),
            ("src/wire/native.cpp", "net/connection.h"),
            ("src/page/page.cpp", "sync/discipline.h"),
            ("src/net/connection.cpp", "node/backoff.h"),
            ("src/client/berkeley.cpp", "host/shared_page.h"),
            ("src/sync/group.cpp", "os/mutex.h"),
            ("src/page/page.cpp", "os/mutex.h"),
            ("src/preload/preload.cpp", "wire/lab.h"),
        ):
            with self.subTest(file):
                self.expect(
                    file,
                    f'#include "{header}"',
                    f"is of the layer {header.split('/')[0]}",
                )

    def test_host_net_and_observe_do_not_know_each_other(self):
        headers = {"host": "steered_clock.h", "net": "endpoint.h", "observe": "status.h"}
        files = {"host": "state_file.cpp", "net": "endpoint.cpp", "observe": "status.cpp"}
        for layer, file in files.items():
            for other, header in headers.items():
                if other != layer:
                    with self.subTest(f"{layer} includes {other}"):
                        self.expect(
                            f"src/{layer}/{file}",
                            f'#include "{other}/{header}"',
                            f"is of the layer {other}",
                        )

    def test_what_a_layer_keeps_to_itself_is_out_of_reach(self):
        for file, header, other in (
            ("src/host/shared_page.cpp", "../page/page_words.h", "page"),
            ("src/node/backoff.cpp", "net/tls_session.h", "net"),
            ("apps/master/main.cpp", "sync/jitter.h", "sync"),
        ):
            with self.subTest(f"{file} includes {header}"):
                self.expect(
                    file, f'#include "{header}"', f"is what the layer {other} keeps to itself"
                )
        self.expect(
            "src/net/endpoint.cpp", '#include "../page/page_words.h"', "is of the layer page"
        )
        self.expect(
            "src/node/backoff.cpp", '#include "tls_session.h"', "is not where this layer may look"
        )

    def test_an_installed_header_includes_no_other(self):
        for file in ("include/berkeley/berkeley.h", "include/berkeley/group_clock.h"):
            for header in ("page/page.h", "../../src/time/timeline.h"):
                with self.subTest(f"{file} includes {header}"):
                    self.expect(file, f'#include "{header}"', "is not installed")

    def test_the_project_is_included_with_quotes(self):
        for header in ("berkeley/berkeley.h", "time/units.h"):
            with self.subTest(header):
                self.expect(
                    "apps/ctl/main.cpp",
                    f"#include <{header}>",
                    "belongs to the project, which is included with quotes",
                )

    def test_a_layer_has_a_namespace_of_its_own(self):
        for file, namespace in (
            ("src/sync/group.h", "berkeley"),
            ("src/time/units.h", "berkeley::sync"),
            ("src/net/key_file.cpp", "berkeley::sync"),
            ("include/berkeley/group_clock.h", "berkeley::client"),
        ):
            with self.subTest(file):
                self.expect(file, f"namespace {namespace} {{", "is not the layer's namespace")

    def test_the_core_has_no_sockets_threads_logs_or_system_calls(self):
        for line, mistake in (
            ("#include <sys/socket.h>", "is of the system"),
            ("#include <unistd.h>", "is of the system"),
            ("#include <time.h>", "is of the system"),
            ("#include <thread>", "is nothing for arithmetic"),
            ("#  include <mutex>", "is nothing for arithmetic"),
            ("#include <ctime>", "is nothing for arithmetic"),
            ("#include <spdlog/logger.h>", "is of a library that this layer does not know"),
            ("#include <boost/asio/ip/tcp.hpp>", "is of a library that this layer does not know"),
            ("auto now = std::chrono::system_clock::now();", "reads a clock"),
            ("clock_gettime(CLOCK_MONOTONIC, &now);", "reads a clock"),
        ):
            for file in (
                "src/time/timeline.cpp",
                "src/sync/cycle.h",
                "src/wire/native.cpp",
            ):
                with self.subTest(f"{file}: {line}"):
                    self.expect(file, line, mistake)

    def test_sockets_are_for_the_layer_net(self):
        for file in ("src/node/slave_session.h", "apps/slave/main.cpp"):
            with self.subTest(file):
                self.expect(
                    file,
                    "#include <boost/asio/io_context.hpp>",
                    "is of a library that this layer does not know",
                )

    def test_the_page_knows_clocks_and_files_only(self):
        self.expect("src/page/page.cpp", "#include <sys/socket.h>", "is of the system")
        self.expect(
            "src/page/page.cpp",
            "#include <spdlog/logger.h>",
            "is of a library that this layer does not know",
        )


if __name__ == "__main__":
    unittest.main()
