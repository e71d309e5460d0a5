"""Logs: one line of JSON an event, with the request's context, and nothing that opens a door or names a person."""

import json
import logging
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import logs
from chalicelib.api.schemas.shipments import ShipmentData
from chalicelib.domain.api_keys import new_token
from chalicelib.domain.errors import InvalidRequest
from chalicelib.logs import JsonLine, redacted

KEY = new_token("live", lambda size: bytes(range(7, 7 + size)))
SECRETS = [
    KEY,
    new_token("test", lambda size: bytes(range(9, 9 + size))),
    "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
    f"Bearer {KEY}",
]
NAMES = "Charles Babbage, 1 Dorset Street"

texts = st.text(st.characters(codec="utf-8"), max_size=80)


@pytest.fixture(autouse=True)
def no_request() -> None:
    logs.start_request()


def line(message: str = "request", **fields: Any) -> str:
    record = logging.LogRecord("dray", logging.INFO, __file__, 1, message, None, None)
    record.fields = fields
    return JsonLine().format(record)


def line_of(fail: Callable[[], object]) -> str:
    try:
        fail()
    except Exception:  # noqa: BLE001 - whatever it is, the line tells it
        record = logging.LogRecord("dray", logging.ERROR, __file__, 1, "unexpected error", None, sys.exc_info())
        return JsonLine().format(record)
    raise AssertionError("nothing failed")


class TestLine:
    @given(message=texts, value=texts)
    def test_whatever_is_logged_is_one_line_of_json(self, message: str, value: str) -> None:
        logged = line(message, value=value)

        assert "\n" not in logged
        assert "\r" not in logged
        assert json.loads(logged)["level"] == "INFO"

    def test_a_line_says_when_how_grave_and_what(self) -> None:
        record = logging.LogRecord("dray", logging.WARNING, __file__, 1, "%s of %s", (1, 2), None)
        record.created, record.msecs = 1_795_512_600.25, 250.0

        told = json.loads(JsonLine().format(record))

        assert told == {"at": "2026-11-24T09:30:00.250Z", "level": "WARNING", "message": "1 of 2"}

    def test_numbers_stay_numbers_and_anything_else_becomes_text(self) -> None:
        told = json.loads(line(status=200, duration_ms=1.5, ok=True, nobody=None, parts=(1, {"a": 2}), odd={3}))

        assert (told["status"], told["duration_ms"], told["ok"], told["nobody"]) == (200, 1.5, True, None)
        assert (told["parts"], told["odd"]) == ([1, {"a": 2}], "{3}")


class TestRedacted:
    @pytest.mark.parametrize("secret", SECRETS)
    def test_keys_and_secrets_are_taken_out_wherever_they_stand(self, secret: str) -> None:
        logged = line(f"sent {secret}", header=secret, parts=[f"({secret})"], deep={"a": {secret: secret}})

        assert "[redacted]" in logged
        assert secret not in logged
        assert KEY not in logged
        assert json.loads(logged)["level"] == "INFO"

    @pytest.mark.parametrize("text", ['Authorization: Bearer a"b\\c', "bearer  x", "BEARER x"])
    def test_a_bearer_token_of_any_shape_leaves_a_whole_line(self, text: str) -> None:
        told = json.loads(line(text, status=200))

        assert told["message"].endswith("[redacted]")
        assert told["status"] == 200

    def test_what_is_no_secret_stays(self) -> None:
        assert redacted("key_01KAT5F2G8 of acc_01KAT5F2G8, a bearer") == "key_01KAT5F2G8 of acc_01KAT5F2G8, a bearer"


class TestException:
    def test_where_and_what_kind_is_told_and_not_the_message(self) -> None:
        def fail() -> None:
            raise ValueError(NAMES)

        told = json.loads(line_of(fail))["exception"]

        assert "in fail" in told
        assert told.endswith("builtins.ValueError\n")
        assert NAMES not in told

    def test_the_input_that_pydantic_repeats_is_not_told(self) -> None:
        logged = line_of(lambda: ShipmentData.model_validate({"recipient": {"person_name": [NAMES]}, "x": NAMES}))

        assert "pydantic_core" in logged
        assert NAMES not in logged

    def test_the_causes_come_first_without_their_messages(self) -> None:
        def fail() -> None:
            try:
                dict[str, str]()[NAMES]
            except KeyError as error:
                raise InvalidRequest(NAMES, {NAMES: NAMES}) from error

        told = json.loads(line_of(fail))["exception"]

        assert told.index("builtins.KeyError") < told.index("which led to") < told.index("errors.InvalidRequest")
        assert NAMES not in told

    def test_a_hidden_cause_stays_hidden(self) -> None:
        def fail() -> None:
            try:
                dict[str, str]()[NAMES]
            except KeyError:
                raise ValueError from None

        assert "KeyError" not in json.loads(line_of(fail))["exception"]

    def test_notes_are_not_told(self) -> None:
        def fail() -> None:
            error = ValueError()
            error.add_note(NAMES)
            raise error

        assert NAMES not in line_of(fail)

    def test_endless_recursion_is_told_in_a_short_line(self) -> None:
        def there() -> None:
            back()

        def back() -> None:
            there()

        told = json.loads(line_of(there))["exception"]

        assert told.endswith("builtins.RecursionError\n")
        assert told.count("in there") <= logs.MOST_FRAMES


class TestContext:
    def test_a_requests_context_stands_in_each_line_until_the_next_request(self) -> None:
        logs.start_request(request_id="r1", route="GET /v1/shipments")
        logs.note(account="acc_1")
        first = json.loads(line())
        logs.start_request(request_id="r2")
        second = json.loads(line())

        assert (first["request_id"], first["route"], first["account"]) == ("r1", "GET /v1/shipments", "acc_1")
        assert second["request_id"] == "r2"
        assert "account" not in second

    def test_times_at_one_carrier_add_up(self) -> None:
        logs.start_request(request_id="r1")
        logs.note_duration("carriers_ms", "sandbox", 0.1)
        logs.note_duration("carriers_ms", "sandbox", 0.0251)
        logs.note_duration("carriers_ms", "other", 1)

        assert json.loads(line())["carriers_ms"] == {"sandbox": 125.1, "other": 1000}

    def test_a_records_own_fields_come_last(self) -> None:
        logs.start_request(status=0)

        assert json.loads(line(status=200))["status"] == 200


class TestConfigure:
    def test_configuring_twice_logs_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        log = logs.logger()
        monkeypatch.setattr(log, "handlers", [])

        logs.configure("WARNING")
        logs.configure("ERROR")

        assert len(log.handlers) == 1
        assert log.level == logging.ERROR
        assert not log.propagate
