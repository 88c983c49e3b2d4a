"""The way to the council's server: its address, whom to trust, a proxy where the laptop is told to use one."""

from __future__ import annotations

import select
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from models.errors import Trouble
from sync.client.answer import Answer, BadAnswer, request
from sync.client.pace import Pace, Paced

OWN_MACHINE = ("127.0.0.1", "localhost", "::1")
CONNECT_SECONDS = 10.0
"""Three tries of TCP to open a line, which is what a line that loses a third of all packets needs."""
IDLE_SECONDS = 60.0
"""A line is kept open this long between two exchanges: less than the server keeps it."""


class NotOpened(OSError):
    """The line could not be opened; its text names what came in the way. Nothing was sent over it."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the council's server is: a host as it goes over the line, and what stands before every path."""

    is_secure: bool
    host: str
    port: int | None
    path: str

    @property
    def port_used(self) -> int:
        """The port, named or not."""
        return self.port or (443 if self.is_secure else 80)

    @property
    def in_header(self) -> str:
        """As a request names it: with its port where it has one."""
        return self.bracketed if self.port is None else f"{self.bracketed}:{self.port}"

    @property
    def bracketed(self) -> str:
        """The host, in brackets where it is a number of IPv6."""
        return f"[{self.host}]" if ":" in self.host else self.host


class Road:
    """The one line to a server: opened when something is asked, kept open in between, paced throughout.

    Written straight to the socket, with a parser in C for what comes back: what the libraries do for one small request
    took longer than the server needs to answer it (docs/decisions/0037). A redirect is never followed.
    """

    def __init__(self, address: Address, certificate: str, pace: Pace) -> None:
        """``certificate`` is a PEM of the council's own authority. Nothing is sent yet.

        Raises ssl.SSLError for a certificate that is none, and Trouble for a proxy that cannot be used.
        """
        self._address, self._pace = address, pace
        self._context = trusting(certificate) if address.is_secure else None
        self._proxy = _proxy_for(address)
        self._line: Paced | None = None
        self._used_at = 0.0

    def ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        """Send a request, and return its answer before its body is read.

        Raises NotOpened before anything was sent, another OSError, BadAnswer, or UnicodeError for a request that is
        none.
        """
        named = {"host": self._address.in_header, **headers}
        asked = request(method, self._address.path + path, body, named)
        self._pace.begin()
        if self._line is not None and self._is_stale(self._line.line):
            self.close()
        if self._line is None:
            self._line = self._open()
        self._line.send(asked)
        answer = Answer(self._line.receive)
        self._used_at = time.monotonic()
        return answer

    def close(self) -> None:
        """Close the line. A later request opens it again."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def _is_stale(self, line: socket.socket) -> bool:
        """Kept for too long, or the other end has hung up meanwhile, or speaks out of turn."""
        return time.monotonic() - self._used_at > IDLE_SECONDS or _has_something(line)

    def _open(self) -> Paced:
        """Open the line, by way of the proxy that this laptop's settings name. Raises NotOpened."""
        at, proxy, opened = self._address, self._proxy, None
        try:
            opened = socket.create_connection(proxy.place if proxy else (at.host, at.port_used), CONNECT_SECONDS)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if proxy:
                _pass(Paced(opened, self._pace), proxy, at)
                opened.settimeout(CONNECT_SECONDS)
            if self._context is not None:
                opened = self._context.wrap_socket(opened, server_hostname=at.host)
        except (OSError, BadAnswer) as error:
            if opened is not None:
                opened.close()
            raise NotOpened(str(error)) from error
        return Paced(opened, self._pace)


def _pass(line: Paced, proxy: Proxy, at: Address) -> None:
    """Ask the proxy to let us through. Raises NotOpened when it does not."""
    to = f"{at.bracketed}:{at.port_used}"
    headers = {"host": to}
    if proxy.credentials:
        headers["proxy-authorization"] = f"Basic {b64encode(proxy.credentials.encode()).decode()}"
    line.send(request("CONNECT", to, None, headers))
    status = Answer(line.receive).status
    if not 200 <= status < 300:
        raise NotOpened(f"the proxy answered {status}")


def _has_something(line: socket.socket) -> bool:
    """Say whether something waits to be read. ``select`` alone cannot be asked of more than 1,024 open files."""
    if hasattr(select, "poll"):
        asked = select.poll()
        asked.register(line, select.POLLIN)
        return bool(asked.poll(0))
    return bool(select.select([line], [], [], 0)[0])


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy that this laptop's settings name; ``credentials`` are ``name:password``, or "" for none."""

    host: str
    port: int
    credentials: str

    @property
    def place(self) -> tuple[str, int]:
        """Where to connect to."""
        return self.host, self.port


def _proxy_for(address: Address) -> Proxy | None:
    """The proxy that the laptop's settings name for an address. Raises Trouble for one that cannot be used."""
    # What is meant for this machine never goes by way of a proxy, where it would travel readable.
    if address.host in OWN_MACHINE or proxy_bypass(address.host):
        return None
    told = getproxies()
    url = told.get("https" if address.is_secure else "http") or told.get("all") or ""
    try:
        parts = urlsplit(url if "://" in url or not url else f"http://{url}")
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _unusable(f"Its settings name one that is no address: {url.rpartition('@')[2]}.") from error
    if not host:
        return None
    if parts.scheme != "http":
        raise _unusable(f"Its settings name one that starts with {parts.scheme}://; Heard reaches a proxy by http://.")
    credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else ""
    return Proxy(_plain(host), port or 80, credentials)


def _unusable(why: str) -> Trouble:
    return Trouble(
        "The proxy of this laptop cannot be used",
        f"{why} Everything is saved on this laptop.",
        "Please ask your council’s IT to look at the proxy settings.",
    )


def address_of(url: str) -> Address:
    """The address in the form in which it goes over the line. Raises UnicodeError for a host that cannot be one."""
    parts = urlsplit(url)
    return Address(parts.scheme == "https", _plain(parts.hostname or ""), parts.port, parts.path)


def _plain(host: str) -> str:
    return host if host.isascii() else host.encode("idna").decode("ascii")


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
