"""The published description of the wire (OpenAPI 3.1), made from the declared routes and the message types."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import msgspec

from sync.codec import CONTENT_TYPE
from sync.wire import DECLARED, MAX_MESSAGE_BYTES, WIRE_HEADER, WIRE_VERSION, ErrorReply, Message, Route

_ABOUT = f"""What a laptop with Heard and its council's server say to each other.

A message is JSON in UTF-8, compressed as one zstd frame that declares its size ({CONTENT_TYPE}); bytes in it are \
base64. No message is larger than {MAX_MESSAGE_BYTES} bytes once unpacked: neither end reads further. A request with a \
field the server does not know is refused; a laptop passes over fields of a reply that it does not know. The body of a \
version travels as the exact bytes that were hashed, whatever keys are in it.

Every request and reply names a wire version in the header {WIRE_HEADER}. A laptop names the newest it speaks until \
the server has answered in one, and that one from then on. A request with a body is written in the version it names; \
one without a body is answered in the highest version that both speak. Where there is none the answer is 426 with the \
code wire_version and the range the server speaks. Health, this description and the shape of a refusal are the same in \
every version."""

_ANY_ROUTE: dict[int, tuple[str, ...]] = {
    400: ("bad_message",),
    404: ("not_found",),
    500: ("server_fault",),
    503: ("busy",),
}
_WHEN_READ: dict[int, tuple[str, ...]] = {413: ("message_too_large",), 415: ("content_type",)}
_WITH_TOKEN: dict[int, tuple[str, ...]] = {
    401: ("token_expired", "device_revoked"),
    403: ("device_forked",),
}
_NEGOTIATED: dict[int, tuple[str, ...]] = {426: ("wire_version",)}
_REASONS = {
    400: "It could not be read. Nothing was stored.",
    401: "Who asks is not known, or not any more.",
    403: "This laptop was copied or replaced, and must join again before it is given anything.",
    404: "There is no such thing, or this worker may not know of it.",
    409: "It is so already. Nothing was changed.",
    410: "It is over, and will not be taken any more.",
    413: "Too much at once. Nothing was stored.",
    415: "Another content type.",
    426: "No wire version in common.",
    429: "Too many tries; retry-after says how many seconds to wait.",
    500: "A fault of the server. Nothing is lost.",
    503: "The server is busy; retry-after says how many seconds to wait.",
}


@cache
def describe() -> bytes:
    """Return the description as JSON, indented, the same on every run."""
    return msgspec.json.format(msgspec.json.encode(_description()), indent=2) + b"\n"


def _description() -> dict[str, Any]:
    kinds: list[type[Message]] = [ErrorReply]
    paths: dict[str, dict[str, Any]] = {}
    for route in DECLARED.values():
        kinds += [kind for kind in (route.takes, route.gives) if kind is not None]
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    _schemas, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    return {
        "openapi": "3.1.0",
        "info": {"title": "Heard", "version": str(WIRE_VERSION), "description": _ABOUT},
        "paths": paths,
        "components": {
            "schemas": {name: components[name] for name in sorted(components)},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.about,
        "security": [{"token": []}] if route.needs_token else [],
        "parameters": [*_parameters(route)],
        "responses": {"200": _answer(route), **_refusals(route)},
    }
    if route.takes is not None:
        found["requestBody"] = {
            "required": True,
            "description": f"At most {route.most_in} bytes as it travels.",
            "content": {route.media_type or CONTENT_TYPE: {"schema": _ref(route.takes)}},
        }
    elif route.takes_media:
        found["requestBody"] = {
            "required": True,
            "description": f"At most {route.most_in} bytes.",
            "content": {route.takes_media: {}},
        }
    return found


def _parameters(route: Route) -> list[dict[str, Any]]:
    text = {"type": "string"}
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": text} for name in re.findall(r"{(\w+)}", route.path)
    ]
    found += [
        {"name": name, "in": "query", "required": False, "description": about, "schema": text}
        for name, about in route.query
    ]
    found += [
        {"name": name, "in": "header", "required": True, "description": about, "schema": text}
        for name, about in (route.headers if route.takes_media else ())
    ]
    if route.is_negotiated:
        found.append({"name": WIRE_HEADER, "in": "header", "required": False, "schema": {"type": "integer"}})
    return found


def _answer(route: Route) -> dict[str, Any]:
    kind = route.media_type or CONTENT_TYPE
    return {
        "description": f"At most {route.most_out} bytes as it travels.",
        "headers": _headers() | _own_headers(route),
        "content": {kind: {"schema": _ref(route.gives)} if route.gives is not None else {}},
    }


def _refusals(route: Route) -> dict[str, Any]:
    codes: dict[int, list[str]] = {}
    groups = [_ANY_ROUTE] + [_WHEN_READ] * (route.takes is not None or bool(route.takes_media))
    groups += [_WITH_TOKEN] * route.needs_token + [_NEGOTIATED] * route.is_negotiated
    for group in groups:
        for status, some in group.items():
            codes.setdefault(status, []).extend(some)
    for status, code in route.codes:
        codes.setdefault(status, []).append(code)
    found = {}
    for status in sorted(codes):
        headers = _headers()
        if status in (429, 503):
            headers["retry-after"] = {"description": "Seconds.", "schema": {"type": "integer"}}
        found[str(status)] = {
            "description": f"{_REASONS[status]} Codes: {', '.join(sorted(set(codes[status])))}.",
            "headers": headers,
            "content": {CONTENT_TYPE: {"schema": _ref(ErrorReply)}},
        }
    return found


def _headers() -> dict[str, Any]:
    return {
        WIRE_HEADER: {"description": "The wire version of this reply.", "schema": {"type": "integer"}},
        "cache-control": {"schema": {"const": "no-store"}},
    }


def _own_headers(route: Route) -> dict[str, Any]:
    told = () if route.takes_media else route.headers
    return {name: {"description": about, "schema": {"type": "string"}} for name, about in told}


def _ref(kind: type[Message]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{kind.__name__}"}
