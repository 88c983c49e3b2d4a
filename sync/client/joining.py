"""Joining a council: the one-time code in, the laptop's identity out."""

from __future__ import annotations

from models.errors import Trouble
from models.exchange import Exchange
from models.identity import Identity
from sync.client.http import Centre
from sync.wire import EnrolRequest


def join(
    url: str,
    code: str,
    sign_in_name: str,
    password: str,
    device_name: str,
    certificate: str = "",
    *,
    replaces: str = "",
) -> Identity:
    """Enrol this laptop and return its identity, with the device key made here and known nowhere else.

    ``replaces`` is the device id it had, where it joins again: the council retires that one.

    Raises Offline, or Refused with the server's sentence for a wrong or used code.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    centre = Centre(url, certificate)
    try:
        reply = centre.enrol(
            EnrolRequest(
                code=code.strip(),
                sign_in_name=sign_in_name.strip(),
                password=password,
                device_name=device_name,
                public_key=key.public_key().public_bytes_raw(),
                replaces=replaces,
            )
        )
    finally:
        centre.close()
    return Identity(
        device_id=reply.device_id,
        device_epoch=reply.device_epoch,
        council_id=reply.council_id,
        council_name=reply.council_name,
        worker=reply.worker,
        timeline=reply.timeline,
        server_url=centre.url,
        signing_key=key.private_bytes_raw(),
        sealing_key=reply.sealing_key,
        council_key=reply.council_key,
        server_certificate=certificate,
    )


def join_again(exchange: Exchange, code: str, sign_in_name: str, password: str, device_name: str) -> Identity:
    """Give this laptop a new device id, key and epoch, with everything in its vault as it is. Returns who it is now.

    What waits to be sent keeps the name it was written under, and goes with the key of that time. Raises Offline,
    Refused, or Trouble where the code was given to another worker; the laptop then stays what it was.
    """
    me = exchange.identity
    fresh = join(me.server_url, code, sign_in_name, password, device_name, me.server_certificate, replaces=me.device_id)
    if (fresh.council_id, fresh.worker.worker_id) != (me.council_id, me.worker.worker_id):
        raise Trouble(
            "That code is for somebody else",
            f"What is on this laptop belongs to {me.worker.display_name}, and stays as it is.",
            "Ask your council for a code of your own.",
        )
    return exchange.become(fresh).result()
