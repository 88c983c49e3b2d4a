"""Certificates: the council's own is trusted, and every other kind ends the line before a byte has gone out."""

from __future__ import annotations

import pytest

from sync.client import road
from sync.client.http import Centre, Offline
from sync.codec import pack
from tests.answers import ME, PAGE, PORTAL, REQUEST, Listen, council, http
from tests.certificates import BAD, GOOD, WHY


@pytest.mark.parametrize("kind", GOOD)
def test_the_councils_own_authority_is_trusted_for_its_own_machine(listen: Listen, kind: str) -> None:
    shown = GOOD[kind]()
    ear = listen(council(http(200, pack(PAGE))), shown.context())
    centre = Centre(ear.url, shown.trusted)
    assert centre.pull(ME, REQUEST) == PAGE
    centre.close()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("kind", BAD)
def test_a_wrong_certificate_means_offline_and_not_one_byte_sent(listen: Listen, kind: str) -> None:
    shown = BAD[kind]()
    ear = listen(council(http(200, pack(PAGE))), shown.context())
    centre = Centre(ear.url, shown.trusted)
    with pytest.raises(Offline) as told:
        centre.pull(ME, REQUEST)
    centre.close()
    assert WHY[kind] in str(told.value.__cause__)
    assert (ear.asked, ear.came) == ([], b"")


def test_a_certificate_that_is_none_means_offline_and_no_connection(listen: Listen) -> None:
    ear = listen(http(200))
    with pytest.raises(Offline):
        Centre(ear.url.replace("http:", "https:"), "-----BEGIN CERTIFICATE-----\nrubbish\n").pull(ME, REQUEST)
    assert ear.came == b""


def test_a_server_that_speaks_no_tls_gets_no_request_in_plain(listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(road, "CONNECT_SECONDS", 0.3)
    ear = listen(http(200, PORTAL))
    with pytest.raises(Offline):
        Centre(ear.url.replace("http:", "https:")).pull(ME, REQUEST)
    assert b"POST" not in ear.came
