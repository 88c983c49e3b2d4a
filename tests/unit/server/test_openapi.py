"""The published description: made from the table that server and laptop read, whole, and fresh in the documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from models.version import Version
from sync.codec import CONTENT_TYPE
from sync.server.app import build_app_on
from sync.server.centre import Centre
from sync.server.commands import build_parser
from sync.server.hub import Hub
from sync.server.openapi import describe
from sync.server.routes import build_answering, build_routes, build_work
from sync.wire import DECLARED, ROUTES, Message, Reply

ROOT = Path(__file__).parents[3]
SHOWN: dict[str, Any] = json.loads(describe())


def test_every_path_the_server_answers_is_declared_and_every_declared_path_is_answered(centre: Centre) -> None:
    hub = Hub(centre)
    answered = {
        (method, handler_path.replace(":str}", "}"))
        for handler in build_routes(hub, build_answering(hub))
        for handler_path in handler.paths
        for method in handler.http_methods
    }
    declared = {(route.method, route.path) for route in DECLARED.values()}
    assert answered == declared
    app = build_app_on(centre)
    served = {
        (method, route.path.replace(":str}", "}"))
        for route in app.routes
        for method in getattr(route, "methods", ())
        if method != "OPTIONS"
    }
    assert served == declared
    assert set(build_work(Hub(centre))) == set(DECLARED) - {"drop"}, "which is taken apart from all others"


def test_the_description_in_the_documents_is_the_one_that_is_served(centre: Centre) -> None:
    kept = (ROOT / "docs" / "openapi.json").read_bytes()
    assert kept == describe(), "run: .venv/bin/python -m sync.server openapi docs/openapi.json"
    with TestClient(build_app_on(centre)) as client:
        reply = client.get(ROUTES["openapi"])
    assert reply.content == kept
    assert reply.headers["content-type"].startswith("application/json")


def test_the_command_writes_or_says_the_description(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    chosen = build_parser().parse_args(["openapi", str(tmp_path / "out.json")])
    assert chosen.run(chosen) == 0
    assert (tmp_path / "out.json").read_bytes() == describe()
    chosen = build_parser().parse_args(["openapi"])
    assert chosen.run(chosen) == 0
    assert capsysbinary.readouterr().out == describe()


@pytest.mark.parametrize("name", DECLARED)
def test_every_route_tells_its_messages_limits_token_and_refusals(name: str) -> None:
    route = DECLARED[name]
    told = SHOWN["paths"][route.path][route.method.lower()]
    assert told["summary"] == route.about
    assert bool(told["security"]) == route.needs_token
    if route.takes is not None:
        body = told["requestBody"]["content"][route.media_type or CONTENT_TYPE]["schema"]
        assert body == {"$ref": f"#/components/schemas/{route.takes.__name__}"}
        assert str(route.most_in) in told["requestBody"]["description"]
        assert {"413", "415"} <= set(told["responses"])
    assert ("401" in told["responses"]) >= route.needs_token
    assert ("426" in told["responses"]) == route.is_negotiated
    answer = told["responses"]["200"]
    assert str(route.most_out) in answer["description"]
    if route.gives is not None:
        assert answer["content"][CONTENT_TYPE]["schema"]["$ref"].endswith(route.gives.__name__)
    for status, code in route.codes:
        assert code in told["responses"][str(status)]["description"]


def test_every_reference_leads_somewhere_and_each_message_says_what_it_is() -> None:
    schemas = SHOWN["components"]["schemas"]

    def references(thing: Any) -> set[str]:
        inside = thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list) else ()
        own = {thing["$ref"]} if isinstance(thing, dict) and isinstance(thing.get("$ref"), str) else set()
        return own.union(*map(references, inside))

    assert {one.rpartition("/")[2] for one in references(SHOWN)} == set(schemas)
    assert Version.__name__ in schemas
    assert all(schemas[name].get("description") for name in schemas)
    for route in DECLARED.values():
        for kind in (route.takes, route.gives):
            if kind is not None:
                strict = schemas[kind.__name__].get("additionalProperties") is False
                assert strict == (issubclass(kind, Message) and not issubclass(kind, Reply)), kind
