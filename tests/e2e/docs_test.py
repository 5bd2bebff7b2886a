"""The commands in the pages for users work: blocks that are marked as `sh test`, one page after the
other, on a machine of their own as far as its network, processes, pages and memory are concerned."""

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from berkeley_e2e import BIN, DEADLINE, ROOT

ALONE = ["unshare", "--user", "--map-root-user", "--net", "--mount", "--pid", "--fork"]
ALONE += ["--mount-proc"]
PREPARE = """
set -eu
ip link set lo up
mount -t tmpfs none /run
mkdir /run/berkeley
"""


def can_be_alone():
    return subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode == 0


def commands_of(page):
    text = (ROOT / "docs" / page).read_text()
    return re.findall(r"^```sh test\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@unittest.skipUnless(can_be_alone(), "no namespaces of its own for this user here")
class DocsTest(unittest.TestCase):
    def check(self, page):
        blocks = commands_of(page)
        self.assertTrue(blocks, f"{page} has no commands that are tested")
        with tempfile.TemporaryDirectory() as folder:
            # Pages that need the sources find them where they say.
            (Path(folder) / "tests").symlink_to(ROOT / "tests")
            script = PREPARE + "".join(f"\necho '# block {i}'\n{b}" for i, b in enumerate(blocks))
            env = {**os.environ, "PATH": f"{BIN.resolve()}:{os.environ['PATH']}"}
            env |= {"STATE_DIRECTORY": folder, "HOME": folder}
            result = subprocess.run(
                [*ALONE, "bash", "-c", script],
                cwd=folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                timeout=6 * DEADLINE,
                check=False,
            )
        self.assertEqual(0, result.returncode, result.stdout)
        return result.stdout

    def test_quickstart(self):
        told = self.check("quickstart.md")
        self.assertIn("synchronized", told)
        self.assertIn("holdover", told)

    def test_fleet(self):
        self.check("fleet.md")

    def test_lab(self):
        told = self.check("lab.md")
        self.assertRegex(told, r"\+5 min 0\.000 s")
        self.assertIn("told by a lab master", told)


if __name__ == "__main__":
    unittest.main()
