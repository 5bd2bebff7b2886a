"""The Debian packages that scripts/package has made: they install, run, and leave nothing behind.

On a copy of this machine's files that is gone afterwards; this machine's own stay as they are.
"""

import os
import subprocess
import tempfile
import unittest

from harness.daemons import HarmlessTest
from harness.programs import DEADLINE, ROOT, free_port, output

PACKAGES = sorted((ROOT / "build" / "packages").glob("*.deb"))

# Runs as the first process of its own namespaces, so that whatever it starts ends with it.
IN_COPY = r"""
set -eu
copy=$1 port=$2
mount -t tmpfs none "$copy"
mkdir "$copy"/changes "$copy"/work "$copy"/root
mount -t overlay overlay \
    -o "lowerdir=/,upperdir=$copy/changes,workdir=$copy/work" "$copy/root"
mount -t proc proc "$copy/root/proc"
mount -t tmpfs none "$copy/root/run"
mount --rbind /dev "$copy/root/dev"
mkdir "$copy/root/packages"
cp build/packages/*.deb "$copy/root/packages"
chroot "$copy/root" bash -c "$3" bash "$port"
cd "$copy/changes"
rm -r packages
echo "left behind:"
# A file that was there before, or was removed (a device), is none of the packages'.
find . ! -type d ! -type c | while read -r file; do
    [ -e "/$file" ] || echo "$file"
done | grep -vE '^\./(var/(cache|log)/|etc/(passwd|shadow|group|gshadow)-$)' || true
grep berkeley etc/passwd etc/shadow etc/group etc/gshadow || true
find . -type d -name '*berkeley*' -not -path './work/*'
"""

IN_ROOT = r"""
set -eu
port=$1
export DEBIAN_FRONTEND=noninteractive
dpkg -i packages/*.deb

# What the services do before they start the daemons.
install -d -o berkeley -g berkeley /run/berkeley /var/lib/berkeley
export STATE_DIRECTORY=/var/lib/berkeley
as_service="setpriv --reuid berkeley --regid berkeley --clear-groups"
echo "one:$(openssl rand -hex 32)" >keys
install -o berkeley -g berkeley -m 0400 keys /etc/berkeley/keys
rm keys
sed -i 's|^#key-file = .*|key-file = /etc/berkeley/keys|; s|^#interval = .*|interval = 1s|' \
    /etc/berkeley/*.conf
sed -i "s|^#port = .*|port = $port|" /etc/berkeley/master.conf
sed -i "s|^#master = .*|master = 127.0.0.1:$port|; s|^#name = .*|name = one|" \
    /etc/berkeley/slave.conf

$as_service /usr/bin/berkeley-master --config /etc/berkeley/master.conf >/dev/null &
$as_service /usr/bin/berkeley-slave --config /etc/berkeley/slave.conf >/dev/null &
berkeleyctl waitsync --page /run/berkeley/slave.page --timeout DEADLINEs
berkeleyctl status
berkeleyctl run -- date
/usr/bin/python3 -c 'import berkeley; print("python:", berkeley.GroupClock().now())'
man -P cat berkeley-slave >/dev/null
kill %1 %2
wait
ls /var/lib/berkeley
# Again: an upgrade keeps what was configured.
dpkg -i --force-confold packages/*.deb
grep -q '^name = one$' /etc/berkeley/slave.conf
dpkg --purge berkeley python3-berkeley libberkeley-dev libberkeley1
"""


class PackagesTest(HarmlessTest):
    @unittest.skipIf(os.geteuid() != 0, "only root can install packages")
    @unittest.skipIf(not PACKAGES, "no packages in build/packages: run scripts/package first")
    def test_they_install_run_and_leave_nothing_behind(self):
        with tempfile.TemporaryDirectory() as copy:
            command = ["unshare", "--mount", "--pid", "--fork", "--propagation", "private"]
            script = IN_ROOT.replace("DEADLINE", str(DEADLINE))
            said = output(
                *command, "bash", "-c", IN_COPY, "bash", copy, free_port(), script,
                cwd=ROOT, stderr=subprocess.STDOUT, timeout=10 * DEADLINE,
            )  # fmt: skip
        self.assertIn("synchronized", said)
        self.assertIn("python: ", said)
        left = said.partition("left behind:\n")[2]
        self.assertEqual("", left, said)


if __name__ == "__main__":
    unittest.main()
