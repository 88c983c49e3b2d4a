"""Judges the packaged app: what must not be inside, and whether both programs work far from where they were built."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

# Parts of Qt that are GPL-only or that nothing of ours uses, codecs and the system's own sound, GTK, a keyring that
# keeps secrets in the clear, and a stub that would shadow Windows' own library.
FORBIDDEN = re.compile(
    r"Qt6?(VirtualKeyboard|WebEngine|Charts|DataVisualization|Graphs)|qtvirtualkeyboard|libqgtk3|libgtk|libgdk"
    r"|(avcodec|avformat|swscale|swresample)[-.]|ffmpegmediaplugin|lib(pulse|speechd|sndfile)"
    r"|keyrings[._-]alt|(^|/)icuuc\.dll$|(^|/)(pytest|hypothesis|PyInstaller)(/|$)",
    re.IGNORECASE,
)
REQUIRED = (
    "licences/LICENSE",
    "licences/LGPL-3.0.txt",
    "licences/SQLCipher.txt",
    "resources/words/legal_terms.json",
    "resources/icons/ear.svg",
    "resources/dictionary/en_GB.dic",
    "resources/dictionary/LICENSE",
    "licences/MPL-2.0.txt",
)
PROGRAMS = ("heard", "heard-server")
PASSPHRASE = "four quiet lanterns glowing"
SECONDS = 1200
"""The longest any one start may take before it counts as hanging; the tour takes about six minutes."""
PICTURES = 12
"""The fewest screens that a tour of the packaged app shows."""


def faults(folder: Path) -> Iterator[str]:
    """Yield what is wrong with the folder as it lies: forbidden files, dangling links, missing parts."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if FORBIDDEN.search(name):
            yield f"must not be inside: {name}"
        if path.is_symlink() and not path.exists():
            yield f"dangling link: {name}"
    inside = {path.relative_to(folder / "_internal").as_posix() for path in (folder / "_internal").rglob("*")}
    yield from (f"missing: {name}" for name in REQUIRED if name not in inside)
    for name in PROGRAMS:
        if not any((folder / (name + ending)).is_file() for ending in ("", ".exe")):
            yield f"missing program: {name}"


def start(folder: Path, home: Path, *command: str, typed: str = "") -> tuple[subprocess.CompletedProcess[str], float]:
    """Run one program of the package under a display, with nothing of this checkout in its environment."""
    program = folder / (command[0] + (".exe" if sys.platform == "win32" else ""))
    line = [str(program), *command[1:]]
    environment = dict(os.environ)
    if sys.platform.startswith("linux"):
        # xvfb-run itself cannot live in a temporary folder with a space; the program can.
        line = ["xvfb-run", "-a", "-s", "-screen 0 1600x1000x24", "env", f"TMPDIR={home}", *line]
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LC_ALL": "C.UTF-8"}
    begun = time.monotonic()
    done = subprocess.run(
        line, cwd=home, env=environment, input=typed, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    return done, time.monotonic() - begun


def doctor_answers(output: str) -> bool:
    """``heard doctor --json`` says it is a packaged program in its own words, as JSON."""
    try:
        return isinstance(json.loads(output), dict)
    except ValueError:
        return False


def tried(folder: Path, home: Path) -> Iterator[tuple[str, float, str]]:
    """Start both programs; yield what was tried, the seconds it took, and what went wrong ("" if nothing).

    The tour starts the packaged server and two packaged apps in real windows: one is unlocked, written in, locked
    and opened again by key and mouse.
    """
    vault, pictures = home / "vault of Zoë", home / "pictures"
    for command, typed in (
        (("heard", "doctor", "--json"), ""),
        (("heard-server", "--help"), ""),
        (("heard", "smoke", "--vault", str(vault), "--passphrase-stdin"), PASSPHRASE + "\n"),
        (("heard", "tour", "--out", str(pictures)), ""),
    ):
        done, seconds = start(folder, home, *command, typed=typed)
        wrong = ""
        if done.returncode != 0:
            wrong = f"exit code {done.returncode}\n{done.stdout}{done.stderr}"
        elif command[1] == "doctor" and not doctor_answers(done.stdout):
            wrong = f"no JSON: {done.stdout!r}"
        elif command[1] == "smoke" and not (vault / "vault.db").is_file():
            wrong = f"no vault was made: {done.stdout}{done.stderr}"
        elif command[1] == "tour" and len(list(pictures.glob("*.png"))) < PICTURES:
            wrong = f"fewer than {PICTURES} screens were shown: {done.stdout}{done.stderr}"
        yield " ".join(command[:2]), seconds, wrong


def main(arguments: list[str]) -> int:
    """Check the folder given. 0 if it may be released, 1 if not, 2 for wrong usage."""
    if len(arguments) != 1:
        print("Usage: check_package.py FOLDER", file=sys.stderr)
        return 2
    built = Path(arguments[0]).resolve()
    wrong = list(faults(built))
    size = sum(path.stat().st_size for path in built.rglob("*") if path.is_file() and not path.is_symlink())
    print(f"The packaged app is {size / 1e6:.0f} MB.")
    with tempfile.TemporaryDirectory(prefix="heard package é ") as place:
        folder, home = Path(place) / "Heard ü", Path(place) / "home"
        shutil.copytree(built, folder, symlinks=True)
        home.mkdir()
        for name, seconds, fault in tried(folder, home):
            print(f"{name}: {seconds:.1f} s{' FAILED' if fault else ''}")
            wrong += [f"{name}: {fault}"] if fault else []
    for line in wrong:
        print(f"FAILED: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
