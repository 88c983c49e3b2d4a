"""Compares what this laptop holds with what the council says it should, and has what differs come again."""

from __future__ import annotations

from typing import Protocol

from models.exchange import Exchange
from models.identity import Identity
from sync.client.http import Refused
from sync.wire import AgreeReply, AgreeRequest, AgreeScopeReply, AgreeScopeRequest


class Comparing(Protocol):
    """What agreement needs of the line."""

    def agree(self, identity: Identity, request: AgreeRequest) -> AgreeReply: ...

    def agree_scope(self, identity: Identity, request: AgreeScopeRequest) -> AgreeScopeReply: ...


def agree(exchange: Exchange, line: Comparing) -> int:
    """Compare, and mark what differs to be mended by the next pull. Returns how many records differed; 0 when none.

    While anything is still on its way in either direction there is nothing to compare. Writes nothing where both
    agree. Raises Offline or Refused.
    """
    cursor, digests = exchange.digests()
    if exchange.cursors()[2] or exchange.unsent_count() or not digests:
        return 0
    try:
        reply = line.agree(exchange.identity, AgreeRequest(cursor=cursor, digests=digests))
    except Refused as error:
        if error.status != 404:
            raise
        return 0  # an older server, which cannot be asked
    if not reply.is_current:
        return 0
    if exchange.was_put_back():
        exchange.note_compared().result()
    mended = 0
    for scope_id in reply.differing:
        heads = line.agree_scope(exchange.identity, AgreeScopeRequest(scope_id=scope_id))
        # What has come since is no difference: it comes with the next pull, and is compared then.
        if heads.cursor <= cursor:
            mended += exchange.mend(scope_id, heads.heads).result()
    return mended
