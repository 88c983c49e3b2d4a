"""The way to the council's server: its address, whom to trust, a proxy where the laptop is told to use one."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from models.errors import Trouble

if TYPE_CHECKING:
    import httpcore

    from sync.client.pace import Pace

OWN_MACHINE = ("127.0.0.1", "localhost", "::1")
CONNECT_SECONDS = 10.0
"""Three tries of TCP to open a line, which is what a line that loses a third of all packets needs."""
IDLE_SECONDS = 60.0
"""A line is kept open this long between two exchanges: less than the server keeps it."""


def open_road(address: httpcore.URL, certificate: str, pace: Pace) -> httpcore.ConnectionPool:
    """Lines to ``address`` that keep to ``pace``, by way of the proxy that this laptop's settings name.

    httpcore and not httpx above it, whose own work on a small request takes longer than all the rest of it. Nothing
    is sent yet, and a redirect is never followed. Raises ssl.SSLError for a certificate that is none.
    """
    import httpcore

    from sync.client.pace import Paced

    context, backend = trusting(certificate), Paced(httpcore.SyncBackend(), pace)
    proxy = urlsplit(_proxy_for(address))
    if not proxy.hostname:
        return httpcore.ConnectionPool(ssl_context=context, keepalive_expiry=IDLE_SECONDS, network_backend=backend)
    return httpcore.HTTPProxy(
        httpcore.URL(scheme=proxy.scheme.encode(), host=_plain(proxy.hostname), port=proxy.port, target=b"/"),
        proxy_auth=(unquote(proxy.username), unquote(proxy.password or "")) if proxy.username else None,
        ssl_context=context,
        keepalive_expiry=IDLE_SECONDS,
        network_backend=backend,
    )


def _proxy_for(address: httpcore.URL) -> str:
    """The proxy that the laptop's settings name for an address, as a URL; "" for none."""
    host = address.host.decode("ascii")
    # What is meant for this machine never goes by way of a proxy, where it would travel readable.
    if host in OWN_MACHINE or proxy_bypass(host):
        return ""
    told = getproxies()
    url = told.get(address.scheme.decode("ascii")) or told.get("all") or ""
    return url if "://" in url or not url else f"http://{url}"


def address_of(url: str) -> httpcore.URL:
    """The address in the form in which it goes over the line. Raises UnicodeError for a host that cannot be one."""
    import httpcore

    parts = urlsplit(url)
    return httpcore.URL(
        scheme=parts.scheme.encode(),
        host=_plain(parts.hostname or ""),
        port=parts.port,
        target=parts.path.encode("ascii"),
    )


def host_header(address: httpcore.URL) -> bytes:
    """The address as a request names it: in brackets where it is a number of IPv6, with its port where it has one."""
    host = b"[%b]" % address.host if b":" in address.host else address.host
    return host if address.port is None else b"%b:%d" % (host, address.port)


def _plain(host: str) -> bytes:
    return host.encode("ascii") if host.isascii() else host.encode("idna")


def trusting(certificate: str) -> ssl.SSLContext:
    """A TLS context that trusts the council's own authority (PEM), or with "" what the operating system trusts."""
    if certificate:
        context = ssl.create_default_context(cadata=certificate)
    else:
        import truststore

        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def checked_url(url: str) -> str:
    """Return the address without a trailing slash. Raises Trouble for plain HTTP to anywhere but this machine."""
    text = url.strip()
    text = (text if "://" in text else f"https://{text}").rstrip("/")
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    is_own_machine = host in OWN_MACHINE
    if not host or parts.scheme not in ("https", "http") or (parts.scheme == "http" and not is_own_machine):
        raise Trouble(
            "That address cannot be used",
            "Heard only speaks to your council over a secure line.",
            "Type the address your council gave you. It starts with https.",
        )
    return text
