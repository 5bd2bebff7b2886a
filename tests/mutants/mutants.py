"""Bends the sources, one place at a time, and looks whether a test of sync or sim fails.

Usage: mutants.py [--list] [--only PATTERN]

tests/mutants/list has the mutants. Standard library only.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("list")
FOLDER = ROOT / "build" / "mutants"
TREE, BUILD = FOLDER / "tree", FOLDER / "build"
TESTS = ("sync_tests", "sim_tests")

# A mutant whose tests take so many times what they take without it is found out.
SLOWER = 10
SLOWEST = 60  # seconds, at least

Mutant = namedtuple("Mutant", "file text replacement argument")


class MutantsError(Exception):
    """It cannot go on; in one line."""


def say(text):
    print(f"mutants: {text}", file=sys.stderr, flush=True)


def mutants():
    found = []
    for number, line in enumerate(LIST.read_text(encoding="utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        match = re.fullmatch(r"(\S+): (.+?) =>(?: (.*?))?(?: # (.+))?", line)
        if not match:
            raise MutantsError(f"{LIST.name}:{number}: not 'FILE: TEXT => REPLACEMENT'")
        found.append(Mutant(match[1], match[2], match[3] or "", match[4]))
    return found


def text_of(mutant):
    return f"{mutant.file}: {mutant.text} => {mutant.replacement}"


def misplaced(mutant):
    """Why it cannot be made, if so."""
    file = ROOT / mutant.file
    count = file.read_text(encoding="utf-8").count(mutant.text) if file.exists() else 0
    return None if count == 1 else f"its text is there {count} times instead of once"


def copy_tree():
    """What git knows or would add, as it is now. What has not changed is left alone, so that it is
    not built again."""
    command = ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode().split("\0")
    wanted = {Path(name) for name in listed if name and (ROOT / name).is_file()}
    present = {path.relative_to(TREE) for path in TREE.rglob("*") if path.is_file()}
    for name in present - wanted:
        (TREE / name).unlink()
    for name in wanted:
        source, copy = ROOT / name, TREE / name
        if name not in present or source.read_bytes() != copy.read_bytes():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)
            shutil.copymode(source, copy)


def run(*command, **options):
    """Its exit code, and what it said."""
    result = subprocess.run(
        [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        encoding="utf-8", errors="replace", check=False, **options,
    )  # fmt: skip
    return result.returncode, result.stdout


class NotBuilt(Exception):
    """With what the compiler says."""


def failure(limit=None):
    """Which test fails first, if any. What is not needed to find one is not built."""
    for tests in TESTS:
        code, said = run("cmake", "--build", BUILD, "--target", tests)
        if code != 0:
            raise NotBuilt(said)
        command = [BUILD / "tests" / tests, "--gtest_fail_fast", "--gtest_brief=1"]
        try:
            code, said = run(*command, timeout=limit, env={**os.environ, "BERKELEY_SEED": "1"})
        except subprocess.TimeoutExpired:
            return f"{tests}, which does not end"
        if code != 0:
            failed = re.search(r"^\[  FAILED  \] ([\w./]+)", said, re.MULTILINE)
            return failed[1] if failed else f"{tests}, which ends with {code}"
    return None


def prepare():
    """How long the tests of the sources as they are may take, in seconds."""
    TREE.mkdir(parents=True, exist_ok=True)
    copy_tree()
    say("building and testing the sources as they are")
    # With assertions; a mutant may leave something unused.
    options = ["-DCMAKE_CXX_FLAGS_RELEASE=-O2", "-DBERKELEY_WERROR=OFF"]
    code, said = run("cmake", "--preset", "release", "-B", BUILD, *options, cwd=TREE)
    if code != 0:
        raise MutantsError(f"cmake fails:\n{said}")
    try:
        if failed := failure():
            raise MutantsError(f"a test fails as they are: {failed}")
    except NotBuilt as error:
        raise MutantsError(f"they are not built:\n{error}") from None
    begun = time.monotonic()
    failure()
    return max(SLOWER * (time.monotonic() - begun), SLOWEST)


def outcome(mutant, limit):
    """The test that fails with it, if any."""
    file = TREE / mutant.file
    original = file.read_text(encoding="utf-8")
    file.write_text(original.replace(mutant.text, mutant.replacement), encoding="utf-8")
    try:
        return failure(limit)
    finally:
        file.write_text(original, encoding="utf-8")


def try_all(chosen):
    """Those that are wrong, each with what is wrong."""
    limit = prepare()
    wrong = []
    for number, mutant in enumerate(chosen, 1):
        say(f"{number} of {len(chosen)}: {text_of(mutant)}")
        try:
            found = outcome(mutant, limit)
        except NotBuilt as error:
            say(f"  is not built:\n{error}")
            wrong.append((mutant, "is not built"))
            continue
        if found:
            say(f"  found by {found}{', although it is argued' if mutant.argument else ''}")
        elif mutant.argument:
            say("  survives, as argued")
        else:
            say("  SURVIVES")
            wrong.append((mutant, "survives"))
    return wrong


def main():
    parser = argparse.ArgumentParser(prog="mutants", description="Bends the sources.")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--only", default="", metavar="PATTERN", type=re.compile)
    args = parser.parse_args()
    chosen = [m for m in mutants() if re.search(args.only, text_of(m))]
    if not chosen:
        raise MutantsError("no mutant is like that")
    if args.list:
        for mutant in chosen:
            print(text_of(mutant) + (f" # {mutant.argument}" if mutant.argument else ""))
        return 0
    wrong = [(mutant, why) for mutant in chosen if (why := misplaced(mutant))]
    wrong += try_all([m for m in chosen if m not in [mutant for mutant, _ in wrong]])
    for mutant, why in wrong:
        say(f"{text_of(mutant)}: {why}")
    say(f"{len(chosen)} mutants, {len(wrong)} of them wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except MutantsError as error:
        say(error)
        sys.exit(1)
