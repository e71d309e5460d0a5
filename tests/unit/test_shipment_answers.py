"""Shipments as they are shown while a purchase is under way or unconfirmed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.api.links import Links
from chalicelib.api.shipment_answers import shown
from chalicelib.domain.shipments import LEASE, Shipment, ShipmentRecord, State
from chalicelib.wiring import services
from tests.builders import A_TENANT, a_message, a_shipment, an_attempt

LINKS = Links("https://api.example.com")
SETTINGS = {"TABLE_PREFIX": "x-", "AWS_REGION": "x", "LABEL_BUCKET": "x", "KMS_KEY_ID": "x"}


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in (SETTINGS | {"LABEL_FOLDER": "", "KEY_FILE": ""}).items():
        monkeypatch.setenv(name, value)
    services.cache_clear()
    yield
    services.cache_clear()


def under_way(state: State, *, since: datetime) -> ShipmentRecord:
    attempt = an_attempt(since=since, lease_until=since + LEASE)
    return a_shipment(state=state, attempt=attempt, messages=(a_message(),), meta={"a": 1})


NOW = datetime.now(UTC)
LONG_AGO = datetime(2026, 1, 2, 3, 4, 5, 6_000, tzinfo=UTC)


def test_a_purchase_within_its_lease_is_shown_as_a_draft_that_says_so() -> None:
    record = under_way("purchasing", since=NOW + timedelta(hours=1))

    answer = shown(record, A_TENANT, LINKS)

    assert answer.status == "draft"
    assert [message.code for message in answer.messages] == ["refused", "purchase_in_progress"]
    assert answer.meta is not None
    assert (answer.meta["a"], answer.meta["purchase"]["state"]) == (1, "in_progress")


@pytest.mark.parametrize("state", ["purchasing", "unconfirmed"])
def test_a_purchase_after_its_lease_needs_attention_and_says_since_when(state: State) -> None:
    answer = shown(under_way(state, since=LONG_AGO), A_TENANT, LINKS)

    assert answer.status == "needs_attention"
    assert answer.messages[-1].code == "purchase_unconfirmed"
    assert answer.meta is not None
    assert answer.meta["purchase"] == {"state": "unconfirmed", "since": "2026-01-02T03:04:05.006Z"}


@pytest.mark.parametrize(("state", "status"), [("draft", "draft"), ("created", "created"), ("cancelled", "cancelled")])
def test_any_other_state_says_nothing_of_purchases(state: State, status: str) -> None:
    answer = shown(under_way(state, since=LONG_AGO), A_TENANT, LINKS)

    assert answer.status == status
    assert answer.messages == (a_message(),)
    assert answer.meta == {"a": 1}


def test_a_void_within_its_lease_is_shown_as_if_nothing_happened() -> None:
    answer = shown(under_way("voiding", since=NOW + timedelta(hours=1)), A_TENANT, LINKS)

    assert (answer.status, answer.messages, answer.meta) == ("created", (a_message(),), {"a": 1})


def test_a_void_of_which_nobody_knows_is_shown_as_a_label_that_says_so() -> None:
    answer = shown(under_way("voiding", since=LONG_AGO), A_TENANT, LINKS)

    assert (answer.status, answer.messages[-1].code, answer.meta) == ("created", "void_unconfirmed", {"a": 1})


def test_what_only_dray_needs_is_not_answered() -> None:
    answer = shown(under_way("purchasing", since=LONG_AGO), A_TENANT, LINKS)

    told = Shipment.__pydantic_serializer__.to_python(answer, mode="json")

    assert told.keys() == Shipment.model_fields.keys()
    assert not {"state", "attempt", "version", "purchase_id", "documents"} & told.keys()
