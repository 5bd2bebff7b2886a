"""Under systemd the log is in the journal, with priorities and without a second timestamp."""

import os
import unittest
from pathlib import Path

from harness.daemons import DaemonTest
from harness.programs import BIN, run

JOURNALD = Path("/lib/systemd/systemd-journald")

MACHINE_ID = Path("/etc/machine-id")
ALONE = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]

# What a service manager does: a journal, and a stream to it as standard error, which is named in
# the environment. All is gone with the namespaces.
SERVICES = """
set -e
mount -t tmpfs none /run
mkdir -p /run/systemd/journal /run/log/journal
[ -s /etc/machine-id ] || {
    echo 0123456789abcdef0123456789abcdef > /run/machine-id
    mount --bind /run/machine-id /etc/machine-id
}
%(journald)s &
until [ -S /run/systemd/journal/stdout ]; do sleep 0.05; done
service() {
    systemd-cat -t "$1" bash -c 'JOURNAL_STREAM=$(stat -L -c %%d:%%i /proc/self/fd/2) exec "$@"' - \
        "${@:2}"
}
journal() {
    journalctl --no-pager --directory=/run/log/journal --output=cat -t slave -t refused "$@"
}
service refused %(slave)s --mastr localhost || true
service slave %(slave)s --publish none --master 127.0.0.1:1 &
until journal | grep -q mastr && journal | grep -q "no master"; do sleep 0.1; done
journal "$@"
"""


@unittest.skipUnless(JOURNALD.exists() and MACHINE_ID.exists(), "no systemd-journald here")
@unittest.skipUnless(os.geteuid() == 0, "only root can mount")
class JournalTest(DaemonTest):
    def journal(self, *options):
        script = SERVICES % {"journald": JOURNALD, "slave": BIN / "berkeley-slave"}
        result = run(*ALONE, "bash", "-c", script, "-", *options)
        self.assertEqual(0, result.returncode, result.stderr)
        return result.stdout

    def test_warnings_and_why_a_start_failed_are_there_without_time_and_level(self):
        said = self.journal("--priority=warning").splitlines()
        self.assertIn("berkeley-slave: unrecognised option '--mastr'; see --help", said)
        self.assertTrue(any(line.startswith("no master at 127.0.0.1:1 (") for line in said), said)

    def test_warnings_are_no_errors(self):
        said = self.journal("--priority=err")
        self.assertEqual("berkeley-slave: unrecognised option '--mastr'; see --help\n", said)


if __name__ == "__main__":
    unittest.main()
