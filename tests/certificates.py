"""Certificates of every wrong kind, for a server on 127.0.0.1, and the authority a laptop was told to trust."""

from __future__ import annotations

import hashlib
import ssl
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HERE = x509.IPAddress(ip_address("127.0.0.1"))
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Signer:
    """A certificate with its key, and what stands above it up to but without the root."""

    certificate: x509.Certificate
    key: Any
    above: tuple[x509.Certificate, ...] = ()

    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()


@dataclass(frozen=True)
class Shown:
    """What a server shows, and the PEM its laptop trusts ("": what the operating system trusts)."""

    signer: Signer
    trusted: str
    sends_chain: bool = True
    most_tls: ssl.TLSVersion | None = None

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # A server that is set up wrongly sets no bounds to itself.
        context.set_ciphers("ALL:@SECLEVEL=0")
        if self.most_tls is not None:
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = self.most_tls
        above = self.signer.above if self.sends_chain else ()
        chain = b"".join(one.public_bytes(serialization.Encoding.PEM) for one in (self.signer.certificate, *above))
        key = self.signer.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "server.pem"
            path.write_bytes(chain + key)
            context.load_cert_chain(path)
        return context


def issue(
    by: Signer | None = None,
    *,
    names: Iterable[x509.GeneralName] = (HERE,),
    common: str = "Heard tests",
    is_authority: bool = False,
    key: Any = None,
    digest: Any = None,
    first: timedelta = -timedelta(days=1),
    last: timedelta = YEAR,
    usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
    more: Iterable[tuple[x509.ExtensionType, bool]] = (),
) -> Signer:
    """Make a certificate; by itself without ``by``."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(by.certificate.subject if by else own)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + first)
        .not_valid_after(now + last)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    names = tuple(names)
    if names:
        made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if not is_authority:
        made = made.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    for extension, is_critical in more:
        made = made.add_extension(extension, critical=is_critical)
    signed = made.sign(by.key if by else key, digest or hashes.SHA256())
    above = (by.certificate, *by.above) if by and by.above else (by.certificate,) if by and _has_issuer(by) else ()
    return Signer(signed, key, above)


def _has_issuer(one: Signer) -> bool:
    return one.certificate.issuer != one.certificate.subject


@cache
def root() -> Signer:
    """The council's own authority."""
    return issue(names=(), common="The council", is_authority=True)


def _between() -> Signer:
    return issue(root(), names=(), common="Between", is_authority=True)


def _from(**changes: Any) -> Shown:
    return Shown(issue(root(), **changes), root().pem())


def _no_authority() -> Shown:
    leaf = issue(root(), common="A leaf that plays authority")
    return Shown(issue(leaf), root().pem())


def _weak_authority() -> Shown:
    weak = issue(names=(), common="Weak", is_authority=True, key=rsa.generate_private_key(65537, 1024))
    return Shown(issue(weak), weak.pem())


_SHA256_WITH_RSA = bytes.fromhex("06092a864886f70d01010b")
_SHA1_WITH_RSA = bytes.fromhex("06092a864886f70d010105")
_SHA1_DIGEST_INFO = bytes.fromhex("3021300906052b0e03021a05000414")


def _sha1() -> Shown:
    """Signed by hand: no library of today signs a certificate with SHA-1 any more."""
    key = rsa.generate_private_key(65537, 2048)
    old = issue(names=(), common="Old", is_authority=True, key=key)
    made = issue(old)
    data = made.certificate.public_bytes(serialization.Encoding.DER).replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA)
    inner = made.certificate.tbs_certificate_bytes.replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA)
    block = _SHA1_DIGEST_INFO + hashlib.sha1(inner).digest()
    padded = b"\x00\x01" + b"\xff" * (256 - 3 - len(block)) + b"\x00" + block
    numbers = key.private_numbers()
    signature = pow(int.from_bytes(padded), numbers.d, numbers.public_numbers.n).to_bytes(256)
    signed = x509.load_der_x509_certificate(data[:-256] + signature)
    return Shown(Signer(signed, made.key), old.pem())


def _spoilt() -> Shown:
    sound = issue(root())
    data = bytearray(sound.certificate.public_bytes(serialization.Encoding.DER))
    data[-5] ^= 1
    return Shown(Signer(x509.load_der_x509_certificate(bytes(data)), sound.key), root().pem())


def _strange() -> Shown:
    strange = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
    return _from(more=((strange, True),))


GOOD: dict[str, Callable[[], Shown]] = {
    "of the council's authority": _from,
    "by way of an authority between": lambda: Shown(issue(_between()), root().pem()),
}
BAD: dict[str, Callable[[], Shown]] = {
    "for another host": lambda: _from(names=(x509.DNSName("heard.example"),)),
    "for another address": lambda: _from(names=(x509.IPAddress(ip_address("127.0.0.2")),)),
    "for a name that only ends alike": lambda: _from(names=(x509.DNSName("27.0.0.1.example"),)),
    "with the address as a host's name": lambda: _from(names=(x509.DNSName("127.0.0.1"),)),
    "with the name in its subject only": lambda: _from(names=(), common="127.0.0.1"),
    "of another authority": lambda: Shown(issue(issue(names=(), common="Other", is_authority=True)), root().pem()),
    "of another authority by the same name": lambda: Shown(
        issue(issue(names=(), common="The council", is_authority=True)), root().pem()
    ),
    "self-signed": lambda: Shown(issue(), root().pem()),
    "self-signed, and none given to trust": lambda: Shown(issue(), ""),
    "expired": lambda: _from(first=-2 * YEAR, last=-YEAR),
    "of the future": lambda: _from(first=YEAR, last=2 * YEAR),
    "with a weak key": lambda: _from(key=rsa.generate_private_key(65537, 1024)),
    "of an authority with a weak key": _weak_authority,
    "signed with SHA-1": _sha1,
    "without the authority between": lambda: Shown(issue(_between()), root().pem(), sends_chain=False),
    "signed by one that is no authority": _no_authority,
    "made for laptops, not for servers": lambda: _from(usage=ExtendedKeyUsageOID.CLIENT_AUTH),
    "made for signing programs": lambda: _from(usage=ExtendedKeyUsageOID.CODE_SIGNING),
    "with a signature that was changed": _spoilt,
    "with a demand nobody understands": _strange,
    "over TLS 1.1": lambda: Shown(issue(root()), root().pem(), most_tls=ssl.TLSVersion.TLSv1_1),
    "over TLS 1.0": lambda: Shown(issue(root()), root().pem(), most_tls=ssl.TLSVersion.TLSv1),
}
"""Each must end a laptop's line before one byte of a request has gone out."""

WHY = {
    "for another host": "address mismatch",
    "for another address": "address mismatch",
    "for a name that only ends alike": "address mismatch",
    "with the address as a host's name": "address mismatch",
    "with the name in its subject only": "address mismatch",
    "of another authority": "unable to get local issuer",
    "of another authority by the same name": "signature failure",
    "self-signed": "self-signed",
    "self-signed, and none given to trust": "self-signed",
    "expired": "has expired",
    "of the future": "not yet valid",
    "with a weak key": "key too weak",
    "of an authority with a weak key": "key too weak",
    "signed with SHA-1": "too weak",
    "without the authority between": "unable to get local issuer",
    "signed by one that is no authority": "invalid CA",
    "made for laptops, not for servers": "purpose",
    "made for signing programs": "purpose",
    "with a signature that was changed": "signature failure",
    "with a demand nobody understands": "critical extension",
    "over TLS 1.1": "protocol version",
    "over TLS 1.0": "protocol version",
}
"""What TLS says of each, so that none is turned away for another reason than its own."""
