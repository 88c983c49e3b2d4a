"""Joining a council: the one-time code in, the laptop's identity out."""

from __future__ import annotations

from models.identity import Identity
from sync.client.http import Centre
from sync.wire import EnrolRequest


def join(url: str, code: str, sign_in_name: str, password: str, device_name: str, certificate: str = "") -> Identity:
    """Enrol this laptop and return its identity, with the device key made here and known nowhere else.

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
        server_certificate=certificate,
    )
