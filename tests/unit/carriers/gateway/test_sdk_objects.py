"""The SDK's objects: nothing is shared between calls, and classes that are finished late are like the others."""

import ast
import copy
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import attr
import pytest

from chalicelib.carriers.gateway.attempts import _unshared
from chalicelib.carriers.gateway.lazy_classes import finished_later
from chalicelib.carriers.gateway.loading import load
from chalicelib.carriers.gateway.sdk import metadata

ROOT = Path(__file__).parents[4]


SHIPMENT = {
    "shipper": {},
    "recipient": {},
    "parcels": [{"weight": 1}],
    "customs": {"commodities": [{"weight": 1}]},
}
REQUESTS: dict[str, dict[str, Any]] = {
    "RateRequest": SHIPMENT,
    "ShipmentRequest": SHIPMENT | {"service": "ups_ground"},
    "TrackingRequest": {"tracking_numbers": ["1"]},
    "ShipmentCancelRequest": {"shipment_identifier": "1"},
}


@pytest.mark.parametrize("model", REQUESTS)
def test_two_requests_share_no_dict_and_no_list(model: str):
    kind = getattr(load().models, model)

    one, other = (_unshared(load().lib.to_object(kind, copy.deepcopy(REQUESTS[model]))) for _ in range(2))

    assert not _held(one) & _held(other)


def test_two_settings_share_no_dict_and_no_list():
    settings = metadata("ups").Settings
    given = {"client_id": "a", "client_secret": "b", "carrier_id": "c"}

    one, other = (_unshared(load().lib.to_object(settings, given)) for _ in range(2))

    assert not _held(one) & _held(other)


def _held(value: Any) -> set[int]:
    """Return which dicts and lists hang together with an object of the SDK's."""
    if isinstance(value, list):
        return {id(value)}.union(*(_held(one) for one in value))
    if isinstance(value, dict):
        return {id(value)}
    return set().union(*(_held(getattr(value, one.name)) for one in getattr(type(value), "__attrs_attrs__", ())))


def a_schema(module: str, *bases: type) -> Any:
    class Schema(*bases):  # type: ignore[misc]
        name: str
        size: int = 3

    Schema.__module__ = module
    return Schema


def test_a_schema_that_is_finished_later_is_like_any_other():
    with finished_later():
        late = attr.s(auto_attribs=True)(a_schema("karrio.schemas.ups.x"))
    at_once = attr.s(auto_attribs=True)(a_schema("elsewhere"))

    assert not hasattr(late, "__attrs_attrs__")
    assert attr.asdict(late("a")) == attr.asdict(at_once("a")) == {"name": "a", "size": 3}
    assert late("a", size=4) == late("a", 4) != late("b", 4)
    assert repr(late("a")) == repr(at_once("a"))
    with pytest.raises(TypeError):
        late()


def test_a_schema_that_many_threads_finish_at_once_is_whole_for_each():
    for _ in range(20):
        with finished_later():
            late = attr.s(auto_attribs=True)(a_schema("karrio.schemas.ups.x"))
        start = threading.Barrier(8)

        def made(index: int, late: Any = late, start: threading.Barrier = start) -> tuple[bool, Any]:
            start.wait(5)
            one = late(str(index))
            return attr.has(late), attr.asdict(one)

        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(made, range(8))) == [(True, {"name": str(n), "size": 3}) for n in range(8)]


def test_other_classes_are_finished_at_once():
    with finished_later():
        other = attr.s(auto_attribs=True)(a_schema("somewhere.else"))
        derived = attr.s(auto_attribs=True)(a_schema("karrio.schemas.ups.x", dict))

    assert attr.has(other)
    assert attr.has(derived)


def test_attrs_is_left_as_it_was():
    before = attr.s

    with pytest.raises(RuntimeError), finished_later():
        raise RuntimeError

    assert attr.s is before


def test_only_the_loader_names_the_sdks_modules():
    trees = {path.name: ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "chalicelib").rglob("*.py")}

    named = {name for name, tree in trees.items() if any(_is_of_the_sdk(node) for node in ast.walk(tree))}

    assert named == {"loading.py", "lazy_classes.py"}


def _is_of_the_sdk(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("karrio.")
