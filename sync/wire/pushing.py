"""What a laptop sends, and what became of each version of it."""

from __future__ import annotations

from models.version import Version
from sync.wire.core import Message, Reply, Seq
from sync.wire.pulling import PulledRow


class PushRequest(Message, frozen=True, kw_only=True):
    """A batch in op order with one signature over :func:`models.version.batch_digest`."""

    versions: tuple[Version, ...]
    signature: bytes


class PushResult(Reply, frozen=True, kw_only=True):
    """What became of one version.

    outcome: ``head`` (appended, and the head moved to it), ``branch`` (appended, the head is another),
    ``held`` (kept whole in the held-back box; ``reason`` says why). ``head`` carries the current head where
    it did not move and the author may read it.
    """

    version_id: str
    outcome: str
    seq: Seq = 0
    reason: str = ""
    head: PulledRow | None = None


class PushReply(Reply, frozen=True, kw_only=True):
    """One result for each version, in the order they came."""

    results: tuple[PushResult, ...]
