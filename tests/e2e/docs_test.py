"""What the documents say can be done: their commands work, on a machine of their own as far as its
network, processes, pages and memory are concerned; their links lead somewhere; a function is in the
file that is named beside it; a file and a test that are named there exist.

Blocks of commands that are marked as `sh test` run one after the other. In those marked as
`sh daemons` each daemon has to accept its options and to begin, and is ended before the next line.
"""

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness.daemons import HarmlessTest
from harness.programs import BIN, DEADLINE, ROOT, output, run

PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES += sorted((ROOT / "docs").glob("*.md"))

ALONE = ["unshare", "--user", "--map-root-user", "--net", "--mount", "--ipc", "--pid", "--fork"]
ALONE += ["--mount-proc"]
PREPARE = """
set -eu
ip link set lo up
ip address add 10.0.0.1 dev lo
ip address add 10.0.0.2 dev lo
mount -t tmpfs none /run
mount -t tmpfs none /var/lib
mkdir /run/berkeley
echo 127.0.0.1 localhost clocks.example > hosts
mount --bind hosts /etc/hosts

begins() {
    : > begins.log
    "$@" > begins.log 2>&1 &
    until grep -qE 'clock server started|trying again' begins.log; do
        kill -0 $! || { echo "$@"; cat begins.log; return 1; }
        sleep 0.05
    done
    kill $!
    wait $!
}
"""
# For pages that read the time.
SERVE = """
berkeley-master --interval 1s --http 127.0.0.1:8081 > master.log 2>&1 &
berkeley-slave > slave.log 2>&1 &
berkeleyctl waitsync --timeout 60s
start-the-measurement() { echo measuring; }
"""


def can_be_alone():
    return run(*ALONE, "true").returncode == 0


def commands_of(page):
    """A script of all blocks that are marked."""
    script = ""
    blocks = re.findall(r"^```sh (test|daemons)\n(.*?)^```$", page.read_text(), re.M | re.S)
    for number, (mark, block) in enumerate(blocks):
        if mark == "daemons":
            block = re.sub(r"^(?=berkeley-)", "begins ", block, flags=re.M)
        script += f"\necho '# block {number}'\n{block}"
    return script


@unittest.skipUnless(can_be_alone(), "no namespaces of its own for this user here")
class Commands(HarmlessTest):
    def check(self, page, before=""):
        commands = commands_of(ROOT / page)
        self.assertTrue(commands, f"{page} has no commands that are tested")
        with tempfile.TemporaryDirectory() as folder:
            # Pages that need the sources find them where they say.
            (Path(folder) / "tests").symlink_to(ROOT / "tests")
            script = PREPARE + before + commands
            env = {"PATH": f"{BIN}:{os.environ['PATH']}", "STATE_DIRECTORY": folder, "HOME": folder}
            env |= {"XDG_RUNTIME_DIR": folder}
            return output(
                *ALONE, "bash", "-c", script,
                cwd=folder, env=env, stderr=subprocess.STDOUT, timeout=6 * DEADLINE,
            )  # fmt: skip

    def test_readme(self):
        self.assertIn("measuring", self.check("README.md", SERVE))

    def test_quickstart(self):
        told = self.check("docs/quickstart.md")
        self.assertIn("synchronized", told)
        self.assertIn("holdover", told)

    def test_options(self):
        self.check("docs/options.md")

    def test_fleet(self):
        self.check("docs/fleet.md")

    def test_api(self):
        self.assertIn("measuring", self.check("docs/api.md", SERVE))

    def test_monitoring(self):
        self.check("docs/monitoring.md")

    def test_lab(self):
        told = self.check("docs/lab.md")
        self.assertRegex(told, r"\+5 min 0\.000 s")
        self.assertIn("told by a lab master", told)
        self.assertRegex(told, r"average \+7(4\.9|5\.0)\d ms, .* 4 of 5 clocks counted")
        self.assertRegex(told, r"\(lab\) .* counted")


def prose_of(page):
    return re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.M | re.S)


def anchors_of(page):
    """Of its headings, as GitHub makes them."""
    texts = re.findall(r"^#+ (.*)$", prose_of(page), re.M)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in texts}


class References(unittest.TestCase):
    def test_every_link_leads_to_a_file_and_a_heading(self):
        for page in PAGES:
            for link in re.findall(r"\]\(([^)\s]+)\)", prose_of(page)):
                path, _, anchor = link.partition("#")
                if "://" in link:
                    continue
                with self.subTest(f"{page.name}: {link}"):
                    target = (page.parent / path).resolve() if path else page
                    self.assertTrue(target.exists())
                    if anchor:
                        self.assertIn(anchor, anchors_of(target))

    def test_every_option_of_the_daemons_has_an_example(self):
        page = (ROOT / "docs" / "options.md").read_text()
        for daemon in ("berkeley-master", "berkeley-slave"):
            for option in re.findall(r"^  --([a-z-]+)", output(BIN / daemon, "--help"), re.M):
                with self.subTest(f"{daemon} --{option}"):
                    self.assertTrue(
                        re.search(rf"--{option}(?![a-z-])", page), "options.md has no example"
                    )

    def test_every_page_can_be_found_from_the_readme(self):
        readme = (ROOT / "README.md").read_text()
        for page in PAGES[1:]:
            self.assertIn(f"({page.relative_to(ROOT)})", readme)

    def test_files_that_are_named_exist(self):
        """As `src/file`, alone or before what a script is told; a <part> or NAME stands for any."""
        named = 0
        folders = r"tests|scripts|src|apps|include|packaging|cmake|\.ci"
        for page in PAGES:
            for words in re.findall(rf"`((?:{folders})/[^`\n]*)`", prose_of(page)):
                named += 1
                with self.subTest(f"{page.name}: {words}"):
                    pattern = re.sub(r"<\w+>|\b[A-Z]+\b", "*", words.split()[0])
                    self.assertTrue(list(ROOT.glob(pattern)))
        self.assertGreater(named, 50)

    def test_functions_are_in_the_files_that_tables_name_beside_them(self):
        """Cells with `function` in front of one with [links](../src/...)."""
        rows = 0
        for page in PAGES:
            for names, links in re.findall(
                r"\|([^|\n]*)\|([^|\n]*\]\(\.\./(?:src|apps)/[^|\n]*)\|$", page.read_text(), re.M
            ):
                files = re.findall(r"\(\.\./([^)]*)\)", links)
                text = "".join((ROOT / file).read_text() for file in files)
                for name in re.findall(r"`([^`]+)`", names):
                    rows += 1
                    with self.subTest(f"{page.name}: {name} in {files}"):
                        self.assertTrue(re.search(rf"\b{re.escape(name)}\b", text))
        self.assertGreater(rows, 10)


E2E_TESTS = {
    file.stem.removesuffix("_test"): file.read_text()
    for file in Path(__file__).parent.glob("*_test.py")
}
UNIT_TESTS = [file.read_text() for file in (ROOT / "tests").glob("*/*_test.cpp")]
# Of CTest, without those that are made in a loop.
LISTS = (ROOT / "tests" / "CMakeLists.txt").read_text()
OTHER_TESTS = re.findall(r"^add_test\(NAME (\w+)$", LISTS, re.M)


def is_e2e_test(name, file):
    """Of `test_name`, or `ClassOfTests`."""
    name = name.replace("…", r"\w+")
    return re.search(rf"^ *(def|class) {name}\(", file, re.M)


def is_unit_test(suite, name, value):
    """`value` is one of its parameters; None where it has none."""
    name = name.replace("*", "…").replace("…", r"\w*")
    defined = re.compile(rf"^TEST(_F|_P)?\(\s*{suite},\s*{name}\s*\)", re.M)
    return any(
        defined.search(text) and (value is None or f'{{"{value}",' in text) for text in UNIT_TESTS
    )


class Tests(unittest.TestCase):
    """Their names in the pages: e2e.file `test_name`, e2e.file.Class, `Suite.Name`,
    `Suite.Name/Value`, `…Name` and `…/Value` of the one before, test `name`; … stands for anything."""

    def check(self, part):
        """A row of a table, or a paragraph. How many tests it names."""
        named, files, suite, name = 0, E2E_TESTS.values(), None, None
        for file, kind, other, words in re.findall(
            r"\be2e\.(\w+)(?:[. ](\w+Test)\b)?|\btest `(\w+)`|`([^`\n]+)`", part
        ):
            with self.subTest(" ".join(filter(None, (file, kind, other, words)))):
                unit = re.fullmatch(r"(?:([A-Z]\w*)\.|…)(?:([A-Z]\w*…?|\*))?(?:/(\w+))?", words)
                if file:
                    # As a module it has its file's name.
                    file = file.removesuffix("_test")
                    self.assertIn(file, sorted(E2E_TESTS))
                    files = [E2E_TESTS[file]]
                    self.assertTrue(not kind or is_e2e_test(kind, files[0]))
                elif other:
                    self.assertIn(other, OTHER_TESTS)
                elif re.fullmatch(r"test_\w+…?|[A-Z]\w+Test", words):
                    self.assertTrue(any(is_e2e_test(words, text) for text in files))
                elif unit:
                    suite = unit[1] or suite
                    name = name if not unit[2] else unit[2] if unit[1] else "…" + unit[2]
                    self.assertTrue(is_unit_test(suite, name, unit[3]))
                else:
                    continue
                named += 1
        return named

    def test_that_are_named_exist(self):
        parts = [
            part for page in PAGES for part in re.split(r"\n(?=\|)|\n\n", prose_of(page))
        ]
        self.assertGreater(sum(map(self.check, parts)), 150)


if __name__ == "__main__":
    unittest.main()
