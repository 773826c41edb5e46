"""?sort= of a list of the JSON API: the orders it may come in, and the one that a request asks for."""

from collections.abc import Mapping

from flask import request

from registry.store.orders import Order, Sort, order_from
from registry.web.describing import Asked


def sorted_as(orders: Mapping[str, Sort], unless_told: str) -> Asked:
    """The parameter of a list that comes in these orders, and otherwise as it says of itself."""
    says = f"What they come by, {unless_told} unless told; downwards with `-` before it. What has no value comes last either way."
    return Asked("sort", says, words=(*orders, *(f"-{name}" for name in orders)))


def order_asked(orders: Mapping[str, Sort]) -> Order | None:
    """The order this request asks for; None where it leaves it to the list. Raises RuleBroken naming `sort` or `cursor`."""
    return order_from(orders, request.args.get("sort", ""), request.args.get("cursor", ""))
