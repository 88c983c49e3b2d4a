"""What tests of giving something up do again and again, as the sync client does it."""

from __future__ import annotations

from typing import Any

from models.exchange import News, Order, Receipt
from tests.unit.models.conftest import SARAH

WHOLE, ONE = Order("order of sarah", SARAH), "order of one"


def hand_over(desk: Any, outcome: str = "held") -> None:
    """Push everything that waits; the server holds it back, for the worker has no role any more."""
    desk.book.exchange.cut_all().result()
    for version in desk.book.exchange.to_send(500):
        desk.book.exchange.settle([Receipt(version.version_id, outcome, desk.last_seq() + 1, "Not yours now")]).result()


def take_away(desk: Any, *orders: Order, scopes: dict[str, str] | None = None) -> None:
    """The page that tells of it: without the scope, and with the orders."""
    desk.take(scopes=scopes, news=News(orders=orders or (WHOLE,)), grants=2)


def purge(desk: Any) -> None:
    while desk.book.exchange.purge():
        pass


def rows(desk: Any, sql: str, *values: Any) -> list[Any]:
    return desk.book._desk.read(lambda one: one.exec_driver_sql(sql, values).all())  # type: ignore[no-any-return]
