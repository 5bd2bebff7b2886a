"""What is installed besides the programs: services, man pages, completion, configuration files."""

import re
import shutil
import subprocess
import unittest

from harness.daemons import DaemonTest, HarmlessTest
from harness.programs import BIN, ROOT, free_port, output, run

MADE = BIN / "packaging"
PAGES = ("berkeley-master.8", "berkeley-slave.8", "berkeleyctl.1", "berkeley.conf.5")
SERVICES = ("berkeley-master.service", "berkeley-slave.service")


def options_of(program):
    """Those that its help lists."""
    return set(re.findall(r"^  --([a-z-]+)", output(BIN / program, "--help"), re.MULTILINE))


def keys_of(daemon):
    """What can stand in its configuration file."""
    return options_of(daemon) - {"help", "version", "config"}


def rendered(page):
    env = {"MANWIDTH": "100", "LC_ALL": "C.UTF-8"}
    return output("man", "-E", "UTF-8", "-P", "cat", "-l", MADE / page, env=env)


class ManPagesTest(HarmlessTest):
    def test_they_are_well_formed(self):
        for page in PAGES:
            with self.subTest(page):
                env = {"MANROFFSEQ": "", "LC_ALL": "C.UTF-8"}
                command = ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", MADE / page]
                result = run(*command, env=env)
                self.assertEqual((0, ""), (result.returncode, result.stderr))
                said = output("mandoc", "-T", "lint", "-W", "warning", MADE / page)
                self.assertEqual("", said)

    def test_they_have_every_option_of_the_help(self):
        for page in PAGES[:3]:
            with self.subTest(page):
                options = options_of(page.split(".")[0])
                self.assertGreater(len(options), 5)
                shown = set(re.findall(r"^ +--([a-z-]+)", rendered(page), re.MULTILINE))
                self.assertEqual(set(), options - shown)

    def test_that_of_the_files_has_every_key(self):
        shown = set(re.findall(r"^ +([a-z-]+) = ", rendered("berkeley.conf.5"), re.MULTILINE))
        for daemon in ("berkeley-master", "berkeley-slave"):
            self.assertEqual(set(), keys_of(daemon) - shown)


class CompletionTest(HarmlessTest):
    def complete(self, *words):
        """What bash offers for the last of the words."""
        script = f"""
            source {MADE / "berkeley.bash"}
            COMP_WORDS=("$@")
            COMP_CWORD=$(($# - 1))
            function=$(complete -p "$1" | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
            "$function" "$1" "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD - 1]}}"
            printf '%s\\n' "${{COMPREPLY[@]}}"
        """
        return output("bash", "-eu", "-c", script, "bash", *words).split()

    def test_options(self):
        self.assertEqual(["--average"], self.complete("berkeley-master", "--av"))
        self.assertEqual([], self.complete("berkeley-slave", "--av"))
        for program in ("berkeley-master", "berkeley-slave", "berkeleyctl"):
            offered = {word[2:] for word in self.complete(program, "--")}
            self.assertEqual(options_of(program), offered)

    def test_choices(self):
        levels = ["trace", "debug", "info", "warn", "error", "off"]
        self.assertEqual(levels, self.complete("berkeley-master", "--log-level", ""))
        self.assertEqual(levels, self.complete("berkeley-master", "--log-level", "="))
        self.assertEqual(["mean", "median"], self.complete("berkeley-master", "--average", "=", "me"))
        self.assertEqual([], self.complete("berkeley-master", "--average", "x"))
        self.assertEqual(["software", "system"], self.complete("berkeley-slave", "--clock", "s"))
        self.assertEqual(["text", "json"], self.complete("berkeley-slave", "--log-format", ""))
        self.assertEqual(["warn"], self.complete("berkeley-slave", "--log-level", "w"))
        self.assertEqual([], self.complete("berkeley-slave", "--name", ""))

    def test_files_and_commands(self):
        self.assertEqual([str(BIN)], self.complete("berkeley-slave", "--state-dir", BIN))
        self.assertEqual([__file__], self.complete("berkeley-slave", "--config", __file__[:-1]))
        self.assertEqual(["waitsync"], self.complete("berkeleyctl", "wa"))
        self.assertEqual([], self.complete("berkeleyctl", "waitsync", "wa"))


class ConfigurationTest(DaemonTest):
    def uncommented(self, role):
        """The file with every default that can stand there as it is."""
        text = (MADE / f"{role}.conf").read_text()
        placeholder = re.compile(r"^#([a-z-]+ = .*[A-Z]{3}.*)$", re.MULTILINE)
        config = self.folder / f"{role}.conf"
        config.write_text(re.sub(r"^#([a-z-]+ = )", r"\1", placeholder.sub("", text), flags=re.M))
        return config

    def test_it_has_every_option_and_its_defaults_are_valid(self):
        for role in ("master", "slave"):
            text = (MADE / f"{role}.conf").read_text()
            keys = set(re.findall(r"^#([a-z-]+) = ", text, re.MULTILINE))
            self.assertEqual(keys_of(f"berkeley-{role}"), keys)
            self.assertEqual([], re.findall(r"^[^#\n].*", text, re.MULTILINE))
        port = free_port()
        master = self.start_master("--config", self.uncommented("master"), port=port)
        slave = self.start_slave("one", master, "--config", self.uncommented("slave"))
        slave.wait_for("Synchronized time")

    def test_the_files_as_they_are_installed_are_valid(self):
        master = self.start_master("--config", MADE / "master.conf")
        slave = self.start_slave("one", master, "--config", MADE / "slave.conf")
        slave.wait_for("Synchronized time")


@unittest.skipIf(not shutil.which("systemd-analyze"), "no systemd-analyze here")
class ServicesTest(DaemonTest):
    def unit(self, name):
        """With the program that was built in the place of the one that is installed."""
        text = (MADE / name).read_text()
        unit = self.folder / name
        unit.write_text(re.sub(r"^ExecStart=\S*/", f"ExecStart={BIN}/", text, flags=re.M))
        return unit

    def check_valid(self, unit):
        said = output("systemd-analyze", "verify", "--man=no", unit, stderr=subprocess.STDOUT)
        self.assertEqual("", said)

    def test_they_are_valid(self):
        for name in SERVICES:
            with self.subTest(name):
                self.check_valid(self.unit(name))

    def exposure(self, unit):
        result = run("systemd-analyze", "security", "--offline=yes", "--no-pager", unit)
        level = re.search(r"Overall exposure level for \S+: ([\d.]+) (\w+)", result.stdout)
        self.assertTrue(level, result.stdout + result.stderr)
        return float(level[1])

    def test_they_are_little_exposed(self):
        for name in SERVICES:
            with self.subTest(name):
                self.assertLess(self.exposure(self.unit(name)), 2)

    def test_they_are_little_exposed_when_they_steer_the_system_clock(self):
        for name in SERVICES:
            with self.subTest(name):
                unit = self.unit(name)
                drop_in = unit.with_name(f"{name}.d")
                drop_in.mkdir()
                shutil.copy(ROOT / "packaging" / "systemd" / "steer-system-clock.conf", drop_in)
                self.assertLess(self.exposure(unit), 3)
                self.check_valid(unit)


if __name__ == "__main__":
    unittest.main()
