"""What the council's operator does: add workers, assign them, give out one-time codes, close laptops, list."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, or_, select, update

from models.audience import GIVEN_ROLES
from models.errors import Trouble
from models.language import Suggestion
from models.law.response_policy import ResponsePolicy, find_fault
from sync.server import auth
from sync.server.audit import Entry
from sync.server.centre import Centre
from sync.server.database import tried_again
from sync.server.founding import checked_name, insert_worker
from sync.server.grants import CHILD, assign, end_lapsed_cover, find_scope, move, open_scope, unassign
from sync.server.holding import list_held
from sync.server.tables import assignment, device, enrolment_code, rule, token, worker
from sync.server.turns import lock_scopes
from sync.server.withdrawing import (
    ADVICE,
    ANSWERS,
    HELP_LINE,
    LEASE_DAYS,
    close_laptop,
    council_help_line,
    council_rules,
    list_orders,
    raise_counters,
)
from sync.wire import CouncilRules

MOST_LEASE_DAYS = 60
LONGEST_HELP_LINE = 200


@dataclass(frozen=True)
class Given:
    """A one-time code, shown once, and when it ends."""

    code: str
    worker_id: str
    expires_at: str


class Administration:
    """The operator's verbs. Each is one transaction with its audit row."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre

    # -- workers

    @tried_again
    def add_worker(self, sign_in_name: str, display_name: str, job_title: str = "", team: str = "") -> str:
        """Add a worker and return their id. Raises Trouble if the sign-in name is taken."""
        centre = self._centre
        sign_in = checked_name("sign-in name", sign_in_name).casefold()
        names = (sign_in, checked_name("name", display_name), " ".join(job_title.split()), " ".join(team.split()))
        worker_id = centre.ids.new()
        with centre.database.write() as connection:
            taken = select(worker.c.worker_id).where(
                worker.c.council_id == centre.council_id, worker.c.sign_in_name == sign_in
            )
            if connection.execute(taken).one_or_none() is not None:
                raise Trouble("There is already a worker with that sign-in name.", "Nothing was changed.")
            insert_worker(connection, centre.council_id, worker_id, names, centre.clock.stamp())
            self._close(connection, Entry("worker_add", detail={"worker": worker_id}))
        return worker_id

    @tried_again
    def leave(self, name: str) -> None:
        """Let a worker go: their laptops are closed, their sign-ins end, and they are assigned to nobody any more.

        What their laptops have not sent can still be handed over.
        """
        centre = self._centre
        with centre.database.write() as connection:
            worker_id = self._find_worker(connection, name)
            held = select(assignment.c.scope_id).where(
                assignment.c.council_id == centre.council_id,
                assignment.c.worker_id == worker_id,
                assignment.c.to_at.is_(None),
            )
            scopes = connection.execute(held).scalars().all()
            lock_scopes(connection, centre.council_id, scopes)
            mine = (device.c.council_id == centre.council_id, device.c.worker_id == worker_id)
            laptops = connection.execute(select(device.c.device_id, device.c.revoked_at).where(*mine)).all()
            entries: list[Entry | None] = []
            for laptop in laptops:
                if laptop.revoked_at is None:
                    at = close_device(centre, connection, laptop.device_id, worker_id)
                    entries.append(Entry("device_revoke", detail={"device": laptop.device_id, "at": at}))
                tokens = (token.c.council_id == centre.council_id, token.c.device_id == laptop.device_id)
                connection.execute(delete(token).where(*tokens))
            entries += [unassign(centre, connection, worker_id, scope_id) for scope_id in scopes]
            gone = update(worker).where(worker.c.council_id == centre.council_id, worker.c.worker_id == worker_id)
            connection.execute(gone.values(left_at=centre.clock.stamp()))
            entries.append(Entry("worker_leave", detail={"worker": worker_id}))
            centre.ledger.close(connection, centre.clock.stamp(), [entry for entry in entries if entry is not None])

    @tried_again
    def forget_password(self, name: str) -> None:
        """Let a worker choose a new password with their next one-time code. An operator never chooses one."""
        centre = self._centre
        with centre.database.write() as connection:
            worker_id = self._find_worker(connection, name)
            connection.execute(
                update(worker)
                .where(worker.c.council_id == centre.council_id, worker.c.worker_id == worker_id)
                .values(password_hash=None)
            )
            self._close(connection, Entry("forget_password", detail={"worker": worker_id}))

    def workers(self) -> list[dict[str, Any]]:
        """List the workers, without the server's own."""
        names = ("worker_id", "sign_in_name", "display_name", "job_title", "team", "left_at")
        return self._list(worker, names, worker.c.is_server.is_(False), order=worker.c.display_name)

    # -- scopes and assignments

    @tried_again
    def open_scope(self, kind: str, code: str) -> str:
        """Return the id of the scope of this kind with this code, making it if it is not there."""
        with self._centre.database.write() as connection:
            scope_id, entry = open_scope(self._centre, connection, kind, checked_name("code", code))
            if entry is not None:
                self._close(connection, entry)
        return scope_id

    @tried_again
    def assign(self, name: str, code_or_id: str, role: str, *, is_lead: bool = False, kind: str = CHILD) -> bool:
        """Assign a worker to a child or group in a role; return False if they already are, just so."""
        if role not in GIVEN_ROLES:
            raise Trouble(f"There is no role called {role}.", "The roles are: " + ", ".join(GIVEN_ROLES) + ".")
        with self._centre.database.write() as connection:
            worker_id = self._find_worker(connection, name)
            scope_id = self._need_scope(connection, code_or_id, kind)
            entry = assign(self._centre, connection, worker_id, scope_id, role, is_lead=is_lead)
            if entry is not None:
                self._close(connection, entry)
        return entry is not None

    @tried_again
    def unassign(self, name: str, code_or_id: str, kind: str = CHILD) -> bool:
        """End a worker's assignment; return False if there was none."""
        with self._centre.database.write() as connection:
            worker_id = self._find_worker(connection, name)
            entry = unassign(self._centre, connection, worker_id, self._need_scope(connection, code_or_id, kind))
            if entry is not None:
                self._close(connection, entry)
        return entry is not None

    @tried_again
    def move(self, code_or_id: str, name: str, to_name: str, *, is_lead: bool | None = None) -> None:
        """Hand a child from one worker to another, in one step. Raises Trouble if the first is not assigned."""
        with self._centre.database.write() as connection:
            worker_id, to_worker_id = self._find_worker(connection, name), self._find_worker(connection, to_name)
            scope_id = self._need_scope(connection, code_or_id, CHILD)
            if worker_id == to_worker_id:
                raise Trouble("That is the same worker twice.", "Nothing was changed.")
            entries = move(self._centre, connection, scope_id, worker_id, to_worker_id, is_lead=is_lead)
            if not entries:
                raise Trouble("That worker is not assigned to this child.", "Nothing was changed.")
            self._centre.ledger.close(connection, self._centre.clock.stamp(), entries)

    # -- laptops

    @tried_again
    def give_code(self, name: str) -> Given:
        """Make a one-time code for a worker's next laptop. Only this answer ever holds it readable."""
        centre = self._centre
        code = auth.new_code()
        code_hash = auth.Secrets(centre.settings.password_cost).hash(code)
        with centre.database.write() as connection:
            worker_id = self._find_worker(connection, name)
            expires_at = centre.stamp_in(centre.settings.code_seconds)
            connection.execute(
                insert(enrolment_code).values(
                    council_id=centre.council_id,
                    code_id=centre.ids.new(),
                    worker_id=worker_id,
                    code_hash=code_hash,
                    created_at=centre.clock.stamp(),
                    expires_at=expires_at,
                )
            )
            self._close(connection, Entry("device_code", detail={"worker": worker_id}))
        return Given(auth.show_code(code), worker_id, expires_at)

    def devices(self) -> list[dict[str, Any]]:
        """List the laptops, and the server's own device.

        ``owes`` counts what each was told to give up and has not shown to be gone, ``owes_since`` says since when.
        """
        at = ("enrolled_at", "last_seen_at", "revoked_at", "forked_at", "retired_at")
        rows = self._list(device, ("device_id", "worker_id", "name", *at, "public_key"), order=device.c.enrolled_at)
        open_orders: dict[str, list[str]] = {}
        for one in self.withdrawals():
            open_orders.setdefault(one["device_id"], []).append(one["ordered_at"])
        for row in rows:
            since = open_orders.get(row["device_id"], [])
            # Enough of a key to compare by eye; a retired one stays, for what it signed.
            key = hashlib.sha256(row["public_key"]).hexdigest()[:16]
            row |= {"public_key": key, "owes": len(since), "owes_since": min(since, default=None)}
        return rows

    def withdrawals(self, *, everything: bool = False) -> list[dict[str, Any]]:
        """List what laptops were told to give up and have not shown to be gone; or all there ever was."""
        end_lapsed_cover(self._centre)
        return list_orders(self._centre, everything=everything)

    @tried_again
    def revoke(self, device_id: str) -> bool:
        """Close a laptop: from now on it may only hand over what it holds. Returns False if it was closed before."""
        centre = self._centre
        with centre.database.write() as connection:
            mine = (device.c.council_id == centre.council_id, device.c.device_id == device_id)
            found = connection.execute(
                select(device.c.revoked_at, device.c.worker_id, worker.c.is_server)
                .join(worker, (worker.c.council_id == device.c.council_id) & (worker.c.worker_id == device.c.worker_id))
                .where(*mine)
                .with_for_update(of=device, key_share=True)
            ).one_or_none()
            if found is None or found.is_server:
                raise Trouble("There is no laptop with that id.", "Nothing was changed.", "See: device list.")
            if found.revoked_at is not None:
                return False
            at = close_device(centre, connection, device_id, found.worker_id)
            self._close(connection, Entry("device_revoke", detail={"device": device_id, "at": at}))
        return True

    def held(self) -> list[dict[str, Any]]:
        """List the held-back box: who sent what and why it is held, never the words inside."""
        return list_held(self._centre)

    # -- what the council sets

    def rules(self) -> CouncilRules:
        """What is set for laptops now."""
        with self._centre.database.read() as connection:
            return council_rules(self._centre, connection)

    @tried_again
    def set_lease(self, days: int) -> None:
        """Set after how many days without the server a laptop closes old records; every laptop hears of it."""
        if not 1 <= days <= MOST_LEASE_DAYS:
            raise Trouble(f"It can be 1 to {MOST_LEASE_DAYS} days.", "Nothing was changed.")
        self._set_rule(LEASE_DAYS, str(days), days)

    @tried_again
    def set_advice(self, advised: tuple[Suggestion, ...] | None) -> None:
        """Set the council's own list of what to say instead of some words, None for Heard's; every laptop hears of it.

        Workers are prompted by it in their own text. It blocks nothing, and reads nobody else's words.
        """
        value = None if advised is None else msgspec.json.encode(advised).decode()
        self._set_rule(ADVICE, value, "Heard's own" if advised is None else len(advised))

    @tried_again
    def set_answers(self, policy: ResponsePolicy | None) -> None:
        """Set within how many working days a child is to have an answer, None for Heard's own; every laptop hears.

        Days that workers have promised already stay as they are.
        """
        if policy is not None and (fault := find_fault(policy)):
            raise Trouble(fault, "Nothing was changed.")
        value = None if policy is None else msgspec.json.encode(policy).decode()
        self._set_rule(ANSWERS, value, "Heard's own" if policy is None else policy.working_days)

    def _set_rule(self, name: str, value: str | None, told: object) -> None:
        """Keep one rule, or none, and let the laptops of everyone who works here hear of it."""
        centre = self._centre
        with centre.database.write() as connection:
            connection.execute(delete(rule).where(rule.c.council_id == centre.council_id, rule.c.name == name))
            if value is not None:
                connection.execute(insert(rule).values(council_id=centre.council_id, name=name, value=value))
            self._close(connection, Entry("rules", detail={name: told}))
            everyone = select(worker.c.worker_id).where(
                worker.c.council_id == centre.council_id, worker.c.left_at.is_(None)
            )
            raise_counters(centre, connection, connection.execute(everyone).scalars().all())

    def help_line(self) -> str:
        """Whom a worker is told to ring when their laptop has been closed; "" where nothing is set."""
        with self._centre.database.read() as connection:
            return council_help_line(self._centre, connection)

    @tried_again
    def set_help_line(self, words: str) -> None:
        """Set whom a worker rings when their laptop has been closed, with the number; "" for nobody in particular."""
        words = " ".join(words.split())
        if len(words) > LONGEST_HELP_LINE or not (words.isprintable()):
            raise Trouble(f"It can be up to {LONGEST_HELP_LINE} letters.", "Nothing was changed.")
        centre = self._centre
        with centre.database.write() as connection:
            mine = (rule.c.council_id == centre.council_id, rule.c.name == HELP_LINE)
            connection.execute(delete(rule).where(*mine))
            connection.execute(insert(rule).values(council_id=centre.council_id, name=HELP_LINE, value=words))
            self._close(connection, Entry("rules", detail={HELP_LINE: words}))

    # -- shared

    def _find_worker(self, connection: Connection, name: str) -> str:
        found = connection.execute(
            select(worker.c.worker_id).where(
                worker.c.council_id == self._centre.council_id,
                worker.c.is_server.is_(False),
                worker.c.left_at.is_(None),
                or_(worker.c.sign_in_name == " ".join(name.split()).casefold(), worker.c.worker_id == name),
            )
        ).scalar_one_or_none()
        if found is None:
            raise Trouble("There is no worker with that sign-in name.", "Nothing was changed.", "See: worker list.")
        return str(found)

    def _need_scope(self, connection: Connection, code_or_id: str, kind: str) -> str:
        found = find_scope(self._centre, connection, code_or_id, kind)
        if found is None:
            raise Trouble(
                f"There is no {kind} with that code.", "Nothing was changed.", "Import the children first: import FILE."
            )
        return found

    def _list(self, table: Any, names: Sequence[str], *where: Any, order: Any) -> list[dict[str, Any]]:
        columns = [table.c[name] for name in names]
        query = select(*columns).where(table.c.council_id == self._centre.council_id, *where).order_by(order)
        with self._centre.database.read() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def _close(self, connection: Connection, entry: Entry) -> None:
        self._centre.ledger.close(connection, self._centre.clock.stamp(), [entry])


def close_device(centre: Centre, connection: Connection, device_id: str, worker_id: str) -> str:
    """Close a laptop: it may hand over what it has not sent, and nothing else; then all it holds must go.

    Returns the moment, for the audit.
    """
    mine = (device.c.council_id == centre.council_id, device.c.device_id == device_id)
    now = centre.clock.stamp()
    connection.execute(update(device).where(*mine).values(revoked_at=now))
    close_laptop(centre, connection, device_id, worker_id)
    return now
