"""A laptop the council has closed: told so, its receipt taken without a token, and whom its worker is to ring."""

from __future__ import annotations

from typing import Any

import pytest

from sync.server.administration import Administration
from sync.server.care import check_everything
from sync.server.centre import Centre
from sync.server.refusal import Refusal
from sync.server.withdrawing import receipt_words
from sync.wire import EmptiedRequest


def receipt(laptop: Any, key: Any = None) -> EmptiedRequest:
    """What a laptop signs while it still has its key."""
    device_id = laptop.joined.device_id
    signature = (key or laptop.key).sign(receipt_words(device_id, (device_id,)))
    return EmptiedRequest(device_id=device_id, signature=signature)


def test_the_receipt_of_an_emptied_laptop_needs_no_token_and_answers_every_order(
    amy: Any, office: Administration, centre: Centre
) -> None:
    office.unassign("amy", "1001")
    office.revoke(amy.joined.device_id)
    assert {one["why"] for one in office.withdrawals()} == {"unassigned", "closed"}
    for _ in range(2):
        assert amy.hub.emptied(receipt(amy)).device_id == amy.joined.device_id
    assert office.withdrawals() == []
    assert check_everything(centre)["faults"] == []


def test_a_leavers_laptop_may_say_that_it_is_empty_too(amy: Any, office: Administration) -> None:
    office.leave("amy")
    amy.hub.emptied(receipt(amy))
    assert office.withdrawals() == []


def test_a_receipt_that_is_not_the_laptops_own_or_too_early_counts_for_nothing(
    amy: Any, ben: Any, office: Administration
) -> None:
    with pytest.raises(Refusal, match="not_closed"):
        amy.hub.emptied(receipt(amy))
    office.revoke(amy.joined.device_id)
    for device_id in (amy.ids.new(), "no id"):
        with pytest.raises(Refusal, match="bad_signature"):
            amy.hub.emptied(EmptiedRequest(device_id=device_id, signature=bytes(64)))
    with pytest.raises(Refusal, match="bad_signature"):
        amy.hub.emptied(receipt(amy, ben.key))
    assert len(office.withdrawals()) == 1


def test_the_word_that_a_laptop_is_closed_says_whom_to_ring(amy: Any, office: Administration) -> None:
    office.revoke(amy.joined.device_id)
    assert amy.hub.closing(amy.sign_in()).help_line == office.help_line() == ""
    office.set_help_line("  the IT  desk on 01962 000 000 ")
    assert amy.hub.closing(amy.sign_in()).help_line == "the IT desk on 01962 000 000"
    office.set_help_line("")
    assert office.help_line() == ""
    for wrong in ("a" * 201, "bell\a"):
        with pytest.raises(Exception, match="up to 200 letters"):
            office.set_help_line(wrong)
