"""How a laptop joins and how it signs in: one-time code and password once, then proof of its key for a short token."""

from __future__ import annotations

import hashlib
import threading
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from sync.server import auth, refusal
from sync.server.audit import Entry
from sync.server.centre import Centre
from sync.server.database import Clash
from sync.server.founding import read_import_key
from sync.server.refusal import Refusal
from sync.server.tables import attempt, council, device, enrolment_code, spent_challenge, token, withdrawal, worker
from sync.wire import ChallengeReply, EnrolReply, EnrolRequest, TokenReply, TokenRequest, Worker

_LONGEST_NAME, _LONGEST_PASSWORD = 200, 1024


class Door:
    """Lets laptops in. Codes and passwords are looked at one at a time, so that no wrong guess slips past the count."""

    def __init__(self, centre: Centre, secrets: auth.Secrets) -> None:
        self._centre = centre
        self._secrets = secrets
        self._one_guess = threading.Lock()
        self._council_key = read_import_key(centre.settings.import_key_path).public_key().public_bytes_raw()

    # -- joining

    def enrol(self, request: EnrolRequest, address: str) -> EnrolReply:
        """Join a laptop to its worker. Raises Refusal 400, 401, 426 or 429; the code is spent only by success."""
        self._check_shape(request)
        with self._one_guess:
            self._check_limit("enrol", address, request.sign_in_name)
            code_id, checked = self._check_secrets(request, address)
        password_hash = self._secrets.hash(request.password)
        centre = self._centre
        with centre.database.write() as connection:
            centre.ledger.hold(connection)
            found = self._find_worker(connection, request.sign_in_name)
            if found is not None and found.password_hash != checked:
                # Another laptop of the worker has just joined with a first password, which this one must match.
                raise Clash
            if found is None or not self._spend_code(connection, code_id):
                raise _wrong_code()
            if found.password_hash is None:
                connection.execute(
                    update(worker)
                    .where(worker.c.council_id == centre.council_id, worker.c.worker_id == found.worker_id)
                    .values(password_hash=password_hash)
                )
            device_id = centre.ids.new()
            detail = {"code": code_id, "key": hashlib.sha256(request.public_key).hexdigest()}
            now = centre.clock.stamp()
            if self._retire(connection, request.replaces, found.worker_id, now):
                detail["replaces"] = request.replaces
            connection.execute(
                insert(device).values(
                    council_id=centre.council_id,
                    device_id=device_id,
                    worker_id=found.worker_id,
                    name=request.device_name,
                    public_key=request.public_key,
                    enrolled_at=now,
                )
            )
            self._hand_on_orders(connection, detail.get("replaces", ""), device_id)
            centre.ledger.close(connection, now, [Entry("enrol", found.worker_id, device_id, detail)])
            home = connection.execute(select(council).where(council.c.council_id == centre.council_id)).one()
        return EnrolReply(
            device_id=device_id,
            device_epoch=1,
            council_id=centre.council_id,
            council_name=home.name,
            worker=Worker(
                worker_id=found.worker_id,
                display_name=found.display_name,
                job_title=found.job_title,
                team=found.team,
            ),
            timeline=home.timeline,
            council_key=self._council_key,
        )

    def _retire(self, connection: Connection, device_id: str, worker_id: str, now: str) -> bool:
        """Retire the worker's own laptop that joins again, and say whether it is one.

        Its row, and so its key, stays for what it signed. A copied laptop joins again as often as there are copies.
        """
        mine = (
            device.c.council_id == self._centre.council_id,
            device.c.device_id == device_id,
            device.c.worker_id == worker_id,
        )
        if connection.execute(select(device.c.device_id).where(*mine)).one_or_none() is None:
            return False
        connection.execute(update(device).where(*mine, device.c.retired_at.is_(None)).values(retired_at=now))
        return True

    def _hand_on_orders(self, connection: Connection, before: str, device_id: str) -> None:
        """Give what a laptop must still hide and purge to the id it has now. That it be closed whole is not among it:

        the council has just let it in.
        """
        columns = [column for column in withdrawal.c if column.name not in ("order_id", "device_id")]
        still_open = select(*columns).where(
            withdrawal.c.council_id == self._centre.council_id,
            withdrawal.c.device_id == before,
            withdrawal.c.scope_id != "",
            withdrawal.c.receipt_at.is_(None),
            withdrawal.c.ended_at.is_(None),
        )
        rows = [
            {**order, "order_id": self._centre.ids.new(), "device_id": device_id}
            for order in connection.execute(still_open).mappings()
        ]
        if rows:
            connection.execute(insert(withdrawal), rows)

    def _check_shape(self, request: EnrolRequest) -> None:
        if len(request.password) < self._centre.settings.minimum_password:
            raise Refusal(
                400,
                "password_too_short",
                f"Please choose a password of at least {self._centre.settings.minimum_password} characters.",
            )
        names = (request.sign_in_name, request.device_name, request.code, request.replaces)
        if len(request.password) > _LONGEST_PASSWORD or any(len(one) > _LONGEST_NAME or "\0" in one for one in names):
            raise refusal.bad_message()
        if not auth.is_public_key(request.public_key):
            raise refusal.bad_message()

    def _check_secrets(self, request: EnrolRequest, address: str) -> tuple[str, str | None]:
        """Return the id of the code that was given and what the password was compared with, if both are right."""
        centre = self._centre
        with centre.database.read() as connection:
            found = self._find_worker(connection, request.sign_in_name)
            codes = self._codes_of(connection, found.worker_id) if found else []
        typed = auth.read_code(request.code)
        given = next((code for code in codes if self._secrets.matches(code.code_hash, typed)), None)
        if found is None or given is None:
            if not codes:
                self._secrets.matches(None, typed)
            self._note_wrong_guess("enrol", address, request.sign_in_name, found.worker_id if found else "")
            raise _wrong_code()
        if given.used_at is not None or given.expires_at <= centre.clock.stamp():
            self._note_wrong_guess("enrol", address, request.sign_in_name, found.worker_id)
            raise Refusal(
                401,
                "code_spent",
                "That one-time code has been used or its seven days are over. Please ask for a new one.",
            )
        if found.password_hash is not None and not self._secrets.matches(found.password_hash, request.password):
            self._note_wrong_guess("enrol", address, request.sign_in_name, found.worker_id)
            raise Refusal(
                401,
                "password_wrong",
                "That is not the password you chose for the council's server. Please try again.",
            )
        return str(given.code_id), found.password_hash

    def _codes_of(self, connection: Connection, worker_id: str) -> list[Row[*tuple[Any, ...]]]:
        """The few newest codes given to a worker; older ones cannot be told from wrong ones."""
        codes = enrolment_code
        return list(
            connection.execute(
                select(codes.c.code_id, codes.c.code_hash, codes.c.expires_at, codes.c.used_at)
                .where(codes.c.council_id == self._centre.council_id, codes.c.worker_id == worker_id)
                .order_by(codes.c.created_at.desc(), codes.c.code_id.desc())
                .limit(3)
            )
        )

    def _find_worker(self, connection: Connection, sign_in_name: str) -> Row[*tuple[Any, ...]] | None:
        return connection.execute(
            select(
                worker.c.worker_id, worker.c.display_name, worker.c.job_title, worker.c.team, worker.c.password_hash
            ).where(
                worker.c.council_id == self._centre.council_id,
                worker.c.sign_in_name == " ".join(sign_in_name.split()).casefold(),
                worker.c.is_server.is_(False),
                worker.c.left_at.is_(None),
            )
        ).one_or_none()

    def _spend_code(self, connection: Connection, code_id: str) -> bool:
        spent = connection.execute(
            update(enrolment_code)
            .where(
                enrolment_code.c.council_id == self._centre.council_id,
                enrolment_code.c.code_id == code_id,
                enrolment_code.c.used_at.is_(None),
            )
            .values(used_at=self._centre.clock.stamp())
        )
        return spent.rowcount == 1

    # -- signing in

    def challenge(self) -> ChallengeReply:
        """Give out bytes to sign. Nothing is written: the bytes prove themselves when they come back."""
        ends = self._centre.clock.now().timestamp() + self._centre.settings.challenge_seconds
        with self._centre.database.read() as connection:
            return ChallengeReply(challenge=auth.new_challenge(self._secret(connection), ends))

    def token(self, request: TokenRequest, address: str) -> TokenReply:
        """Give a short token to a laptop that proves its key. Raises Refusal 401 or 429.

        A closed laptop gets one too: with it, it may hand over what it still holds, and nothing else.
        """
        centre = self._centre
        self._check_limit("token", address, request.device_id)
        with centre.database.read() as connection:
            ends = auth.challenge_expiry(self._secret(connection), request.challenge)
            key = connection.execute(
                select(device.c.public_key).where(
                    device.c.council_id == centre.council_id, device.c.device_id == request.device_id.replace("\0", "")
                )
            ).scalar_one_or_none()
        words = auth.TOKEN_WORDS + request.challenge + request.device_id.encode("utf-8", "surrogatepass")
        if ends is None or ends < centre.clock.now().timestamp():
            raise Refusal(401, "challenge_over", "Signing in took too long. Please try again.")
        if key is None or not auth.is_signed(key, request.signature, words):
            self._note_wrong_guess(
                "token", address, request.device_id, "", request.device_id if key is not None else ""
            )
            raise Refusal(401, "unknown_device", "The council's server does not know this laptop.")
        fresh = auth.new_token()
        with centre.database.write() as connection:
            self._spend_challenge(connection, request.challenge)
            self._store_token(connection, fresh, request.device_id)
        return TokenReply(token=fresh, seconds=centre.settings.token_seconds)

    def _secret(self, connection: Connection) -> bytes:
        rows = select(council.c.challenge_secret).where(council.c.council_id == self._centre.council_id)
        return bytes(connection.execute(rows).scalar_one())

    def _spend_challenge(self, connection: Connection, challenge: bytes) -> None:
        centre, spent = self._centre, spent_challenge
        now = centre.clock.stamp()
        digest = hashlib.sha256(challenge).hexdigest()
        connection.execute(delete(spent).where(spent.c.council_id == centre.council_id, spent.c.expires_at < now))
        known = select(spent.c.challenge_hash).where(
            spent.c.council_id == centre.council_id, spent.c.challenge_hash == digest
        )
        if connection.execute(known).one_or_none() is not None:
            raise Refusal(401, "challenge_over", "Signing in took too long. Please try again.")
        ends = centre.stamp_in(2 * centre.settings.challenge_seconds)
        connection.execute(insert(spent).values(council_id=centre.council_id, challenge_hash=digest, expires_at=ends))

    def _store_token(self, connection: Connection, fresh: str, device_id: str) -> None:
        centre = self._centre
        connection.execute(
            delete(token).where(
                token.c.council_id == centre.council_id,
                token.c.device_id == device_id,
                token.c.expires_at <= centre.clock.stamp(),
            )
        )
        connection.execute(
            insert(token).values(
                council_id=centre.council_id,
                token_hash=auth.hash_token(fresh),
                device_id=device_id,
                expires_at=centre.stamp_in(centre.settings.token_seconds),
            )
        )

    # -- counting guesses

    def _check_limit(self, kind: str, address: str, name: str) -> None:
        """Raise Refusal 429 when one of the limits of wrong guesses within five minutes is reached.

        10 from one address for one name, 60 from one address, 50 for one name (a sign-in name for "enrol", a device id
        for "token"), and 500 for the whole council. So whoever guesses shuts the door on themselves: it takes five
        addresses to shut it on one worker, and nine to shut it on all, behind a proxy that shows one address too.

        What that leaves to a guesser with any number of addresses: a code has 10 of 31 letters, 31**10 = 8.2e14, it
        lives seven days, which is 2,016 times five minutes, and a worker's three newest are looked at. At 50 for one
        name these are 100,800 guesses, and 3 in 8.2e14 would fit: a chance of 3.7e-10 to join as that worker. At 500
        over all names it is 3.7e-9 to join as anybody. A token needs a key of 256 bits; there it bounds the work alone.
        """
        settings = self._centre.settings
        limits = {
            _Counted.PAIR: settings.guess_limit,
            _Counted.ADDRESS: settings.guesses_of_address,
            _Counted.NAME: settings.guesses_of_name,
            _Counted.COUNCIL: settings.guesses_of_council,
        }
        mine = (attempt.c.council_id == self._centre.council_id, attempt.c.at > self._since())
        with self._centre.database.read() as connection:
            for (row_kind, key), most in zip(_counted_as(kind, address, name), limits.values(), strict=True):
                counted = select(func.count()).where(*mine, attempt.c.kind == row_kind, attempt.c.address == key)
                if connection.execute(counted).scalar_one() >= most:
                    raise refusal.too_many_guesses(settings.guess_seconds)

    def _since(self) -> str:
        return self._centre.stamp_in(-self._centre.settings.guess_seconds)

    def _note_wrong_guess(self, kind: str, address: str, name: str, worker_id: str, device_id: str = "") -> None:
        centre = self._centre
        keys = _counted_as(kind, address, name)
        with centre.database.write() as connection:
            mine = (attempt.c.council_id == centre.council_id, attempt.c.kind.in_([row_kind for row_kind, _ in keys]))
            connection.execute(delete(attempt).where(*mine, attempt.c.at <= self._since()))
            now = centre.clock.stamp()
            rows = [
                {"attempt_id": centre.ids.new(), "kind": row_kind, "address": key, "at": now} for row_kind, key in keys
            ]
            connection.execute(insert(attempt), [{"council_id": centre.council_id, **row} for row in rows])
            centre.ledger.close(connection, now, [Entry(f"{kind}_failed", worker_id, device_id)])


class _Counted(StrEnum):
    """By what a wrong guess is counted."""

    PAIR = ""
    ADDRESS = "_address"
    NAME = "_name"
    COUNCIL = "_council"


def _counted_as(kind: str, address: str, name: str) -> list[tuple[str, str]]:
    """The kinds and keys one guess is counted under. A name is kept as a hash: people type passwords there."""
    told = hashlib.sha256(" ".join(name.split()).casefold().encode("utf-8", "surrogatepass")).hexdigest()
    keys = {
        _Counted.PAIR: f"{address} {told}",
        _Counted.ADDRESS: address,
        _Counted.NAME: told,
        _Counted.COUNCIL: "",
    }
    return [(kind + by.value, key) for by, key in keys.items()]


def _wrong_code() -> Refusal:
    return Refusal(
        401,
        "code_wrong",
        "That one-time code and name do not belong together. Please check both; capitals and spaces do not matter.",
    )
