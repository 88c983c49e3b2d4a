"""Sends anonymous answers on their way: each alone, hours later, on a connection that carries nothing else.

Nothing is written down of when. Every now and then a die is thrown for each answer that waits, so that the delay is
random, has no memory, and goes on after the laptop was locked; an answer of an earlier day goes sooner, or a laptop
that is seldom open would keep it for weeks.
"""

from __future__ import annotations

import math
import random
import ssl
from collections.abc import Callable
from datetime import date

from models.campaign import Answer, Campaign
from models.exchange import Exchange
from sync.client.http import Offline
from sync.client.road import CONNECT_SECONDS, OWN_MACHINE, trusting
from sync.wire import DROP_TYPE, ROUTES, DropRequest
from sync.wire.drop import drop_proof, pack_drop

USER_AGENT = "Heard"
"""The same on every laptop: neither version nor system is told."""
LEAST_GAP, MOST_GAP = 30.0, 90.0
SAME_DAY_SECONDS = 3 * 3600.0
LATER_SECONDS = 1800.0
"""How long an answer waits on average while the laptop is open: of today, and of an earlier day."""
GONE = (200, 410)
"""It has been taken, or the questions have been closed for so long that it never will be."""


READ_SECONDS = 60.0
"""For an answer of a few bytes; the line to the centre keeps the pace of ``sync.client.pace``."""

Post = Callable[[bytes], int]
"""Sends one request on a connection of its own and returns the HTTP status. Raises Offline."""


class DropSender:
    """Throws the dice. Use from one thread; ``chance`` must be the system's own outside tests."""

    def __init__(
        self, exchange: Exchange, post: Post, today: Callable[[], date], chance: random.Random | None = None
    ) -> None:
        self._exchange, self._post, self._today = exchange, post, today
        self._chance = chance or random.SystemRandom()
        self._gap = self._next_gap()

    @property
    def gap(self) -> float:
        """Seconds to the next throw."""
        return self._gap

    def throw(self) -> bool:
        """Send one answer or, nearly always, none. Returns whether one has gone. Raises Offline."""
        gap, self._gap = self._gap, self._next_gap()
        today = self._today().isoformat()
        waiting = self._exchange.answers_waiting()
        self._chance.shuffle(waiting)
        for answer, campaign in waiting:
            mean = SAME_DAY_SECONDS if answer.day >= today else LATER_SECONDS
            if campaign is not None and self._chance.random() < 1 - math.exp(-gap / mean):
                return self._send(answer, campaign)
        return False

    def send_all(self) -> None:
        """Send every answer that waits, in a random order: this laptop is to be emptied, and throws no more dice.

        Raises Offline; what has gone by then is gone.
        """
        waiting = self._exchange.answers_waiting()
        self._chance.shuffle(waiting)
        for answer, campaign in waiting:
            if campaign is not None:
                self._send(answer, campaign)

    def _send(self, answer: Answer, campaign: Campaign) -> bool:
        if self._post(pack_drop(_request(answer, campaign))) not in GONE:
            return False
        self._exchange.forget_answer(answer.answer_id).result()
        return True

    def _next_gap(self) -> float:
        return self._chance.uniform(LEAST_GAP, MOST_GAP)


def _request(answer: Answer, campaign: Campaign) -> DropRequest:
    said = (answer.campaign_id, answer.answer_id, answer.day, answer.answers)
    return DropRequest(
        campaign_id=answer.campaign_id,
        answer_id=answer.answer_id,
        day=answer.day,
        answers=answer.answers,
        proof=drop_proof(campaign.key, *said),
    )


def post_alone(url: str, certificate: str = "") -> Post:
    """Make a way to send that shares nothing with the signed-in line: no connection, no TLS session, no cookie."""

    def post(data: bytes) -> int:
        from urllib.parse import urlsplit

        import httpx

        headers = {
            "user-agent": USER_AGENT,
            "accept": DROP_TYPE,
            "accept-encoding": "identity",
            "content-type": DROP_TYPE,
            "connection": "close",
        }
        is_far = urlsplit(url).hostname not in OWN_MACHINE
        timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        try:
            context = trusting(certificate)
            # What stands in the reply is the same for all, and is not read.
            with (
                httpx.Client(verify=context, timeout=timeout, follow_redirects=False, trust_env=is_far) as client,
                client.stream("POST", url + ROUTES["drop"], content=data, headers=headers) as response,
            ):
                return response.status_code
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as error:
            raise Offline(type(error).__name__) from error

    return post
