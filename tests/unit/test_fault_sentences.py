"""Faults: whatever pydantic finds in any field of any request is told in our words."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

import app
from chalicelib.api.bodies import IN_OUR_WORDS, SENTENCES, details_of
from chalicelib.api.operations import OPERATIONS
from chalicelib.api.schemas.shipments import ShipmentData, ShipmentPurchaseData

assert app.app.routes, "the routes are known once the app is made"

WRONG: list[Any] = [
    None,
    True,
    -1,
    5,
    10**30,
    Decimal("0.5"),
    Decimal("1E+200"),
    "",
    "x",
    "10001",
    "\udc80",
    "2026-02-30",
    "2026-02-30T10:00:00Z",
    "2026-02-03T10:00:00",
    "2026-02-03T25:00:00Z",
    "2026-02-03T10:00:00+99:99",
    "2026-02-03T10:00:00.12345678901234567890Z",
    "0000-01-01",
    "0000-01-01T00:00:00Z",
    "x" * 1100,
    "9" * 5000,
    [],
    {},
    [5],
    ["x"] * 120,
    [{}] * 60,
    {"": 1, "k" * 41: 1, "null": None},
    {str(index): 1 for index in range(60)},
]
"""One of each kind that JSON or a query can hold, at each end of what is allowed."""


def models() -> set[type[BaseModel]]:
    found: set[type[BaseModel]] = set()
    for operation in OPERATIONS:
        for model in (operation.query, operation.body):
            if model is not None:
                found |= set(_models_in(model.__pydantic_core_schema__))
    return found


def _models_in(schema: object) -> Iterator[type[BaseModel]]:
    if isinstance(schema, dict):
        if schema.get("type") == "model":
            yield schema["cls"]
        for name, part in schema.items():
            if name not in ("metadata", "serialization"):
                yield from _models_in(part)
    elif isinstance(schema, list | tuple):
        for part in schema:
            yield from _models_in(part)


def faults_of(model: type[BaseModel], tree: object) -> ValidationError | None:
    try:
        model.model_validate(tree)
    except ValidationError as error:
        return error
    return None


def test_every_kind_of_fault_that_a_request_can_hold_has_a_sentence_and_every_sentence_its_fault() -> None:
    kinds: set[str] = set()
    for model in models():
        trees = [{name: value} for name in model.model_fields for value in WRONG]
        for error in filter(None, (faults_of(model, tree) for tree in (*trees, {"unknown": 1}, 5))):
            kinds |= {fault["type"] for fault in error.errors(include_url=False)}
            assert not any("{" in text or "Input should" in text for text in details_of(error).values())

    assert kinds - IN_OUR_WORDS == SENTENCES.keys()


@pytest.mark.parametrize(
    ("tree", "path", "told"),
    [
        ({"reference": 10001}, "reference", "Must be a string"),
        ({"reference": "x" * 101}, "reference", "Must have at most 100 characters"),
        ({"service": ""}, "service", "Must not be empty"),
        ({"is_return": "yes"}, "is_return", "Must be true or false"),
        ({"metadata": {"k": None}}, "metadata.k", "Must be a string, a number or a boolean"),
        ({"metadata": {"k" * 41: 1}}, f"metadata.{'k' * 41}", "The name: Must have at most 40 characters"),
        ({"metadata": {"": 1}}, "metadata.", "The name: Must not be empty"),
        (
            {"options": {"shipping_date": "2026-11-24T12:00:00"}},
            "options.shipping_date",
            "Must name its offset: Z, or as +hh:mm",
        ),
        (
            {"options": {"invoice_date": "2026-02-30"}},
            "options.invoice_date",
            "Must be a date that exists: YYYY-MM-DD",
        ),
        ({"options": {"insurance": -1}}, "options.insurance", "Must be at least 0"),
        ({"options": {"insurance": 10**9}}, "options.insurance", "Must be at most 100000000"),
    ],
)
def test_a_fault_reads_like_a_sentence(tree: dict[str, Any], path: str, told: str) -> None:
    error = faults_of(ShipmentData, tree)

    assert error is not None
    assert details_of(error)[path] == told


def test_a_choice_of_two_is_told_as_one() -> None:
    error = faults_of(ShipmentPurchaseData, {"rate": "best"})

    assert error is not None
    assert details_of(error) == {"rate": "Use 'cheapest' or 'fastest'"}
