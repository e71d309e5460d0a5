"""Answers under an idempotency key: what happens when one cannot be kept, and how one that shows a secret is."""

import json
from collections.abc import Callable
from datetime import datetime

import pytest

from chalicelib.domain.errors import ChangedMeanwhile, Conflict, DrayError, NotFound, Unavailable
from chalicelib.domain.idempotency import LEASE, Claim, IdempotencyRecord, Remembered
from chalicelib.domain.tenants import Tenant
from tests.builders import A_TENANT, ANOTHER_TENANT, ITS_LIVE_MODE
from tests.idempotency_cases import BOUGHT, Desk, KeptKeys
from tests.log_lines import logged_lines


class Unreadable(KeptKeys):
    """The engine is out of reach."""

    def add(self, _tenant: Tenant, _key: str, _record: IdempotencyRecord, _now: datetime) -> IdempotencyRecord | None:
        raise Unavailable("The database is too busy; try again")


class TestFailures:
    def test_no_request_is_carried_out_under_a_key_that_cannot_be_read(self) -> None:
        with pytest.raises(Unavailable, match="too busy"):
            Desk(Unreadable()).begin()

    @pytest.mark.parametrize("answer", [BOUGHT, None], ids=["an answer", "none"])
    @pytest.mark.parametrize(
        ("failure", "cause"),
        [
            (lambda: Unavailable("too busy"), "unavailable"),
            (lambda: Conflict("somebody else's"), "conflict"),
            (lambda: ChangedMeanwhile("somebody else's"), "conflict"),
        ],
        ids=["the engine fails", "the lease has gone", "it changed meanwhile"],
    )
    def test_an_answer_that_cannot_be_kept_is_logged_and_the_next_try_finds_its_object(
        self, failure: Callable[[], DrayError], cause: str, answer: Remembered | None
    ) -> None:
        desk = Desk()
        first = desk.claim()
        desk.kept.fails = failure()

        with logged_lines() as lines:
            desk.finish(first, answer)

        line = json.loads(lines.getvalue())
        assert (line["level"], line["message"], line["cause"]) == ("WARNING", "idempotency_not_finished", cause)
        desk.clock.now += LEASE
        again = desk.claim()
        assert (again.object_id, again.resumed) == (first.object_id, True)

    def test_any_other_failure_is_not_passed_over(self) -> None:
        desk = Desk()
        claim = desk.claim()
        desk.kept.fails = NotFound("no such table")

        with pytest.raises(NotFound):
            desk.finish(claim, BOUGHT)

    def test_a_request_without_a_key_leaves_nothing_behind(self) -> None:
        desk = Desk()

        with logged_lines() as lines:
            desk.finish(Claim("shp_1"), BOUGHT)

        assert (desk.kept.rows, lines.getvalue()) == ({}, "")


class TestSecrets:
    SECRET = Remembered(201, b'{"key":"dray_test_secret"}', {"Content-Type": "application/json"})

    def test_an_answer_that_shows_a_secret_is_kept_sealed_and_given_again_open(self) -> None:
        desk = Desk()
        desk.finish(desk.claim(), desk.service.sealed(A_TENANT, "k", self.SECRET))

        kept = desk.kept.rows[A_TENANT.key, "k"].answer

        assert kept is not None
        assert kept.sealed
        assert b"dray_test" not in kept.body
        assert desk.begin() == self.SECRET

    @pytest.mark.parametrize(
        ("tenant", "key"),
        [(ANOTHER_TENANT, "k"), (ITS_LIVE_MODE, "k"), (A_TENANT, "other")],
        ids=["another account", "the other mode", "another key"],
    )
    def test_a_sealed_answer_opens_under_no_other_tenant_or_key(self, tenant: Tenant, key: str) -> None:
        desk = Desk()
        sealed = desk.service.sealed(tenant, key, self.SECRET)
        desk.finish(desk.claim(), sealed)

        with pytest.raises(ValueError, match="another context"):
            desk.begin()

    def test_what_seals_it_names_the_account_and_what_it_is(self) -> None:
        sealed = Desk().service.sealed(A_TENANT, "k", self.SECRET)

        context = json.dumps({"account": A_TENANT.account_id, "id": "idempotency test k"})
        assert sealed.body.startswith(context.encode())
