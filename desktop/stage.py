"""A council to try Heard on: a real server process and real app processes, on invented data and loopback only."""

from __future__ import annotations

import csv
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from models.errors import Trouble

if TYPE_CHECKING:
    from models.casebook import Casebook

COUNCIL = "Wintershire"
READY_SECONDS = 30.0
WORKERS = (
    ("aisha", "Aisha Khan", "Social worker", "social_worker"),
    ("martin", "Martin Webb", "Independent Reviewing Officer", "iro"),
)
CHILDREN = (
    ("1001", "Sarah", "she/her", 17),
    ("1002", "Jaydon M", "he/him", 9),
    ("1003", "Ellie R", "she/her", 13),
    ("1004", "Leo B", "he/him", 5),
    ("1005", "Noor A", "they/them", 15),
    ("1006", "Tomasz W", "he/him", 11),
    ("1007", "Zara P", "she/her", 7),
)
SERVER_PASSWORD = "an invented server password"  # noqa: S105 - of an invented council


class Stage:
    """Starts the processes and ends them, each by its own process id. Use as a context."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "centre"
        self.url = ""
        self._server: subprocess.Popen[bytes] | None = None
        self._apps: list[subprocess.Popen[bytes]] = []
        self._port = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_server()
        for app in self._apps:
            _end(app)

    # ---- the council ----

    def found_council(self) -> str:
        """Begin a council's server and import its invented caseload. Returns what the import said."""
        self._server_command("init", "--data", str(self.data), "--council", COUNCIL)
        return self.import_again()

    def import_again(self) -> str:
        """Import the same files. Returns what the import said."""
        return self._server_command("import", "--data", str(self.data), *map(str, self.write_caseload()))

    def write_caseload(self) -> list[Path]:
        """Write the invented caseload as councils have it: SSDA903 header and episodes, and one plain list."""
        folder = self.folder / "from the council"
        folder.mkdir(parents=True, exist_ok=True)
        today = date.today()
        header, episodes, people = folder / "header.csv", folder / "episodes.csv", folder / "children.csv"
        _write(
            header,
            ["CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB"],
            [[code, "U", _born(today, age), "NOBT", "UN1", "", ""] for code, _name, _says, age in CHILDREN],
        )
        columns = "CHILD DECOM RNE LS CIN PLACE PLACE_PROVIDER DEC REC REASON_PLACE_CHANGE HOME_POST PL_POST URN"
        start = f"{today - timedelta(days=400):%d/%m/%Y}"
        _write(
            episodes,
            columns.split(),
            [[code, start, "S", "C2", "N1", "U6", "PR1", "", "", "", "", "", ""] for code, *_rest in CHILDREN],
        )
        rows = []
        for code, name, pronouns, age in CHILDREN:
            for sign_in_name, worker, job, role in WORKERS:
                rows.append([code, name, pronouns, _born(today, age), sign_in_name, worker, job, role])
        names = "child_code known_as pronouns born_on sign_in_name worker_name job_title role"
        _write(people, names.split(), rows)
        return [people, header, episodes]

    def device_code(self, sign_in_name: str) -> str:
        """Ask for a one-time code with which a worker's laptop may join."""
        reply = json.loads(self._server_command("device", "code", "--data", str(self.data), "--json", sign_in_name))
        return str(reply["code"])

    def serve(self) -> str:
        """Start the server, on the same port as before if it ran before. Returns its address."""
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        command = ["serve", "--data", str(self.data), "--port", str(self._port), "--ready-file", str(ready)]
        log = (self.folder / "server.log").open("ab")
        with log:
            self._server = subprocess.Popen(_python("sync.server", *command), stdout=log, stderr=log, cwd=_root())
        end = time.monotonic() + READY_SECONDS
        while not ready.exists():
            if self._server.poll() is not None or time.monotonic() > end:
                raise Trouble("The invented council’s server did not start", f"It says why in {self.folder}/server.log")
            time.sleep(0.02)
        self.url = json.loads(ready.read_text())["url"]
        self._port = int(self.url.rsplit(":", 1)[1])
        return self.url

    def is_serving(self) -> bool:
        """Say whether the server runs."""
        return self._server is not None and self._server.poll() is None

    def stop_server(self) -> None:
        """End the server, as when the council's line goes down."""
        if self._server is not None:
            _end(self._server)
            self._server = None

    def hold_server(self) -> None:
        """Let the server answer nothing more, as on a line that has gone quiet, until it is let go."""
        assert self._server is not None
        os.kill(self._server.pid, signal.SIGSTOP)

    def let_server_go(self) -> None:
        """Let the server answer again."""
        assert self._server is not None
        os.kill(self._server.pid, signal.SIGCONT)

    def give_role(self, sign_in_name: str, child_code: str, role: str) -> None:
        """Give a worker another part in a child's life."""
        self._server_command("assign", "--data", str(self.data), sign_in_name, child_code, "--role", role)

    def end_assignment(self, sign_in_name: str, child_code: str) -> None:
        """Assign a worker to a child no more."""
        self._server_command("assign", "--data", str(self.data), sign_in_name, child_code, "--end")

    def close_laptops(self, sign_in_name: str, help_line: str) -> None:
        """Close every laptop of a worker, and say whom they are to ring about it."""
        self.ask_server("rules", "--help-line", help_line)
        worker_id = self.worker_id(sign_in_name)
        for one in json.loads(self.ask_server("device", "list", "--json")):
            if one["worker_id"] == worker_id:
                self.ask_server("device", "revoke", one["device_id"])

    def ask_server(self, *words: str) -> str:
        """Run one of the server's commands on this council. Returns what it printed."""
        verbs = 2 if words[0] in ("device", "held") else 1
        return self._server_command(*words[:verbs], "--data", str(self.data), *words[verbs:])

    def kill_server(self) -> None:
        """End the server between any two instructions, as a power cut would."""
        if self._server is not None:
            self._server.kill()
            self._server.wait()
            self._server = None

    def _server_command(self, *words: str) -> str:
        done = subprocess.run(_python("sync.server", *words), capture_output=True, text=True, cwd=_root(), check=False)
        if done.returncode != 0:
            raise Trouble("The invented council could not be made", (done.stderr or done.stdout).strip())
        return done.stdout

    def worker_id(self, sign_in_name: str) -> str:
        """The id the council gave a worker."""
        workers = json.loads(self._server_command("worker", "list", "--data", str(self.data), "--json"))
        found = workers["workers"] if isinstance(workers, dict) else workers
        return next(str(one["worker_id"]) for one in found if one["sign_in_name"] == sign_in_name)

    # ---- laptops ----

    def make_laptop(
        self,
        vault: Path,
        sign_in_name: str,
        passphrase: str,
        pin: str,
        write: Callable[[Casebook], object] | None = None,
        *,
        may_send: bool = True,
    ) -> None:
        """Make a vault and join it to the council without a window, and do its first pull.

        ``write`` may then write into it as that worker; what it writes is sent, unless it may not be.
        """
        from desktop import __version__
        from desktop.opening import JoinForm, copy_children, join_council
        from desktop.screen_pin import hash_pin
        from desktop.vault import Vault

        made = Vault(vault).create(passphrase, created_with=__version__, is_invented=True)
        form = JoinForm(self.url, self.device_code(sign_in_name), sign_in_name, SERVER_PASSWORD)
        casebook = join_council(vault, made.key, form)
        try:
            casebook.remember("screen_pin", hash_pin(pin)).result()
            copy_children(casebook)
            if write is not None:
                write(casebook)
            if write is not None and may_send:
                copy_children(casebook)
        finally:
            casebook.close()

    def open_app(self, vault: Path, *more: str) -> subprocess.Popen[bytes]:
        """Start the app on a vault."""
        settings = vault.parent / "settings.json"
        words = ["--vault", str(vault), "--settings", str(settings), "--invented", *more]
        app = subprocess.Popen(_python("desktop", *words), cwd=_root(), env={**os.environ, **_own_folders(vault)})
        self._apps.append(app)
        return app


def new_secret() -> str:
    """A secret by which a driven app and its script know each other."""
    return secrets.token_hex(8)


def _own_folders(vault: Path) -> dict[str, str]:
    """Keep what an invented laptop writes (logs, sockets) beside its vault, never among a worker's own."""
    home = vault.parent
    return {
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
    }


def _write(path: Path, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def _born(today: date, age: int) -> str:
    return f"{today.replace(year=today.year - age, day=min(today.day, 28)) - timedelta(days=60):%d/%m/%Y}"


def _python(module: str, *words: str) -> list[str]:
    if getattr(sys, "frozen", False):
        name = "heard" if module == "desktop" else "heard-server"
        return [str(Path(sys.executable).with_name(name + Path(sys.executable).suffix)), *words]
    return [sys.executable, "-m", module, *words]


def _root() -> Path:
    return Path(__file__).resolve().parents[1]


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
