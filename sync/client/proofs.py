"""Looks, while nothing else is to be done, whether what came is as its author's laptop signed it.

A server could then not have changed a word of it. What is in doubt is marked and told, never dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from models.exchange import Exchange, KnownKey, Unproved, Verdict
from models.identity import Identity
from models.version import Version, digest_of_hashes, envelope_hash
from sync.wire import BatchProof, ProofReply, ProofRequest

AT_ONCE = 200
"""Heads looked at in one step: one small question, some milliseconds of work, one commit."""

CHANGED = (
    "What is written here is not what was signed when it was written: it was changed or damaged afterwards. It is kept "
    "as it came. Please tell your council’s IT, and ask whoever wrote it before you rely on it."
)
UNSIGNED = (
    "No laptop’s signature was found for what is written here. It is kept as it came. Please tell your council’s IT, "
    "and ask whoever wrote it before you rely on it."
)
GIVEN_BACK = (
    "After the council’s server went back to an older copy, another laptop gave this back, and a manager let it in. "
    "The signature of the laptop it was written on is lost. Please ask whoever wrote it before you rely on it."
)
KEY_CHANGED = (
    "A laptop of theirs signs with another key than before, without having joined again. What it wrote is kept and "
    "marked. Please tell your council’s IT."
)


class ProofLine(Protocol):
    """What a look needs of the server."""

    def proof(self, identity: Identity, request: ProofRequest) -> ProofReply: ...


@dataclass(slots=True)
class Found:
    """What one step found out."""

    verdicts: list[Verdict] = field(default_factory=list)
    fresh: dict[str, KnownKey] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    missing: list[Unproved] = field(default_factory=list)
    """Not proved this time; in doubt only when it is so again after another round, for it may have been withdrawn."""


class Proofs:
    """Looks at what came, a step at a time. Use from one thread."""

    def __init__(self, exchange: Exchange, line: ProofLine) -> None:
        self._exchange, self._line = exchange, line
        self._after = 0
        self._missing: frozenset[str] = frozenset()
        self._missing_now: set[str] = set()

    def begin(self) -> None:
        """A round has ended well: go through what waits once more, from the first."""
        self._after = 0
        self._missing, self._missing_now = frozenset(self._missing_now), set()

    def step(self) -> bool:
        """Look at some heads, and return whether more wait in this pass. Raises Offline or Refused.

        Asks and writes nothing where nothing waits.
        """
        waiting = self._exchange.unproved(self._after, AT_ONCE)
        if not waiting:
            return False
        self._after = waiting[-1].row
        known = self._exchange.known_keys() | _own_keys(self._exchange.identities())
        asked = tuple(one.version_id for one in waiting if one.version is not None and one.version.has_sound_body())
        batches: list[BatchProof] = []
        while asked:
            reply = self._line.proof(self._exchange.identity, ProofRequest(version_ids=asked))
            batches += reply.batches
            # A server that puts everything off for ever is no server of ours: what it leaves out has no proof.
            asked = reply.later if len(reply.later) < len(asked) else ()
        found = look(waiting, batches, known)
        for one in found.missing:
            if one.version_id in self._missing:
                found.verdicts.append(Verdict(one, UNSIGNED))
            else:
                self._missing_now.add(one.version_id)
        if found.verdicts or found.changed:
            changed = [(KEY_CHANGED, worker_id) for worker_id in sorted(found.changed)]
            self._exchange.settle_proofs(found.verdicts, list(found.fresh.values()), changed).result()
        return len(waiting) == AT_ONCE


def look(waiting: Sequence[Unproved], batches: Iterable[BatchProof], known: Mapping[str, KnownKey]) -> Found:
    """Hold heads against the batches they came in and the keys as first seen. Pure."""
    found = Found()
    covering: dict[str, tuple[BatchProof, frozenset[str]]] = {}
    for batch in batches:
        signed = _signed_hashes(batch, known, found)
        covering.update(dict.fromkeys(batch.version_ids, (batch, signed)))
    for one in waiting:
        if one.version is None:
            found.verdicts.append(Verdict(one))
        elif not one.version.has_sound_body():
            found.verdicts.append(Verdict(one, CHANGED))
        elif (proof := covering.get(one.version_id)) is None:
            found.missing.append(one)
        else:
            batch, signed = proof
            is_covered = envelope_hash(one.version) in signed
            wrong = GIVEN_BACK if is_covered and one.version.device_id != batch.device_id else CHANGED
            found.verdicts.append(Verdict(one, "" if is_covered and _is_theirs(one.version, batch) else wrong))
    return found


def _signed_hashes(batch: BatchProof, known: Mapping[str, KnownKey], found: Found) -> frozenset[str]:
    """What a batch's signature stands for: nothing, where it does not hold or another key than the first made it."""
    key = KnownKey(batch.device_id, batch.worker_id, batch.public_key)
    first = known.get(batch.device_id) or found.fresh.get(batch.device_id)
    if first is not None and first != key:
        found.changed.add(first.worker_id)
        return frozenset()
    if not _holds(batch):
        return frozenset()
    if first is None:
        found.fresh[batch.device_id] = key
    return frozenset(batch.envelope_hashes)


def _is_theirs(version: Version, batch: BatchProof) -> bool:
    return (version.device_id, version.author_id) == (batch.device_id, batch.worker_id)


def _holds(batch: BatchProof) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(batch.public_key)
        key.verify(batch.signature, digest_of_hashes(batch.envelope_hashes))
    except (InvalidSignature, ValueError):
        return False
    return True


def _own_keys(identities: Iterable[Identity]) -> dict[str, KnownKey]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return {
        one.device_id: KnownKey(
            one.device_id,
            one.worker.worker_id,
            Ed25519PrivateKey.from_private_bytes(one.signing_key).public_key().public_bytes_raw(),
        )
        for one in identities
    }
