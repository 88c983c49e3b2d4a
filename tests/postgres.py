"""Temporary PostgreSQL clusters for tests, campaigns and benchmarks: unprivileged, on a Unix socket, gone after use."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg

ROLE = "heard"
START_SECONDS = 60.0
_AS_NOBODY = ("--reuid=nobody", "--regid=nogroup", "--clear-groups")


class NotInstalled(Exception):
    """This machine has no PostgreSQL; the text says so for the summary of a run."""


def find_programs() -> Path:
    """Return the folder with initdb and postgres, the newest if there are several. Raises NotInstalled."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    for folder in [*debian, *([Path(on_path).resolve().parent] if on_path else [])]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise NotInstalled("PostgreSQL is not installed on this machine (`sh setup.sh test` brings it on Debian)")


@dataclass
class Cluster:
    """One PostgreSQL server in a folder of its own. ``fsync`` off is for unit tests alone, never for a campaign."""

    fsync: bool = False
    settings: dict[str, str] = field(default_factory=dict)
    folder: Path = field(default_factory=lambda: _own_folder())
    _server: subprocess.Popen[bytes] | None = None
    _made: int = 0

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def pid(self) -> int:
        assert self._server is not None
        return self._server.pid

    def url(self, database: str = "postgres") -> str:
        """How to reach a database here: a libpq URL, which is what ``heard-server --database`` takes."""
        return f"postgresql://{ROLE}@/{database}?host={quote(str(self.folder), safe='')}"

    # -- its life

    def make(self) -> Cluster:
        """Make the files of an empty cluster."""
        words = ["-D", str(self.data), "-A", "trust", "-U", ROLE, "--no-sync", "--locale=C.UTF-8", "--encoding=UTF8"]
        self.run("initdb", *words)
        return self

    def make_standby_of(self, primary: Cluster, name: str) -> Cluster:
        """Make the files of a streaming copy of a running cluster, which knows itself as ``name``."""
        source = f"host={primary.folder} user={ROLE} application_name={name}"
        # -R writes the source into the copy's own settings, and marks it as a standby.
        self.run("pg_basebackup", "-D", str(self.data), "-d", source, "-R", "-X", "stream", "-c", "fast", "--no-sync")
        return self

    def start(self) -> None:
        """Start it as our child and wait until it answers; after a crash that is when it has recovered."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "fsync": "on" if self.fsync else "off",
            "max_connections": "100",
            **self.settings,
        }
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            # One database process ends its children itself; should we be killed, it is told to end (--pdeathsig).
            command = [*_unprivileged(), str(find_programs() / "postgres"), "-D", str(self.data), *words]
            self._server = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/")
        self.wait_until_it_answers()

    def wait_until_it_answers(self) -> None:
        """Wait until a connection can be made. Raises AssertionError with its log if it ended or never does."""
        last = time.monotonic() + START_SECONDS
        while time.monotonic() < last and self._server is not None and self._server.poll() is None:
            with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self.url(), connect_timeout=2):
                return
            time.sleep(0.02)
        raise AssertionError(f"PostgreSQL did not start:\n{self.log()}")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it and wait. SIGINT: fast and orderly; SIGQUIT: at once, as ``pg_ctl -m immediate``; SIGKILL: a crash."""
        if self._server is None:
            return
        if self._server.poll() is None:
            os.kill(self._server.pid, how)
        self._server.wait(START_SECONDS)
        self._server = None
        # After SIGKILL the children notice by themselves; the cluster cannot start again while one lives.
        self._wait_for_children()

    def _wait_for_children(self) -> None:
        last = time.monotonic() + START_SECONDS
        while self._children() and time.monotonic() < last:
            time.sleep(0.01)

    def _children(self) -> list[int]:
        ours = str(self.data)
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if os.readlink(entry / "cwd") == ours:
                    found.append(int(entry.name))
        return found

    def restart_immediately(self) -> None:
        """What ``pg_ctl restart -m immediate`` does: end without a checkpoint, start, recover."""
        self.stop(signal.SIGQUIT)
        self.start()

    def promote(self) -> None:
        """Make a standby the primary, and wait until it takes writes."""
        self.run("pg_ctl", "promote", "-D", str(self.data), "-w")

    def remove(self) -> None:
        """End it and leave nothing."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder)

    # -- what is in it

    def create_database(self, template: str | None = None) -> str:
        """Make a database with a name of its own, empty or as a copy of another, and return that name."""
        self._made += 1
        name = f"council_{self._made}"
        self.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        """Run one statement outside a transaction and return its rows, if it has any."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def run(self, program: str, *words: str) -> None:
        """Run one of PostgreSQL's own programs as the cluster's account."""
        command = [*_unprivileged(), str(find_programs() / program), *words]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}\n{self.log()}"

    def log(self) -> str:
        """The end of what the server wrote."""
        path = self.folder / "log"
        return path.read_text(errors="replace")[-4000:] if path.exists() else ""


def _unprivileged() -> list[str]:
    """The words that run a command as nobody when we are root, as ourselves otherwise."""
    setpriv = shutil.which("setpriv")
    if os.getuid() != 0:
        return [setpriv, "--pdeathsig", "QUIT"] if setpriv else []
    if setpriv is None:
        raise NotInstalled("PostgreSQL will not run as root, and setpriv is not installed")
    return [setpriv, *_AS_NOBODY, "--pdeathsig", "QUIT"]


def _own_folder() -> Path:
    """A folder for the cluster's account alone. Its path is short: a socket's may have about 100 characters."""
    folder = Path(tempfile.mkdtemp(prefix="heard-pg-"))
    if os.getuid() == 0:
        shutil.chown(folder, "nobody")
    return folder


@contextlib.contextmanager
def running_cluster(*, fsync: bool = False, **settings: str) -> Iterator[Cluster]:
    """Make and start a cluster, and leave nothing of it behind. Raises NotInstalled where there is no PostgreSQL."""
    find_programs()
    cluster = Cluster(fsync, settings)
    try:
        cluster.make().start()
        yield cluster
    finally:
        cluster.remove()
