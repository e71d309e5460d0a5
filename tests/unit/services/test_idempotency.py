"""Idempotency: one run a key, its answer byte for byte again, and nobody locked out by a run that died."""

from datetime import timedelta

import pytest

from chalicelib.domain.errors import IdempotencyInFlight, IdempotencyMismatch, InvalidRequest, Unavailable
from chalicelib.domain.idempotency import LEASE, REMEMBERED_FOR, Claim, Remembered
from chalicelib.domain.tenants import Tenant
from chalicelib.services.idempotency import TRIES
from tests.builders import ANOTHER_TENANT, ITS_LIVE_MODE, NOW
from tests.idempotency_cases import BOUGHT, REFUSED, Desk


class TestAnswers:
    def test_the_first_request_is_to_be_carried_out_under_an_id_of_its_noun(self) -> None:
        assert Desk().begin() == Claim("shp_1", resumed=False, lease_id="lease_2")

    @pytest.mark.parametrize("answer", [BOUGHT, REFUSED], ids=["what was done", "an error"])
    def test_the_first_answer_is_given_again_to_the_byte(self, answer: Remembered) -> None:
        desk = Desk()
        desk.finish(desk.claim(), answer)

        assert [desk.begin(), desk.begin()] == [answer, answer]

    def test_another_request_under_the_same_key_is_refused(self) -> None:
        desk = Desk()
        desk.finish(desk.claim(), BOUGHT)

        sentence = "^This Idempotency-Key was used for another request; use a new one$"
        with pytest.raises(IdempotencyMismatch, match=sentence):
            desk.begin(mark="two")

    def test_another_request_is_refused_also_while_the_first_runs_or_after_it_died(self) -> None:
        desk = Desk()
        desk.claim()

        with pytest.raises(IdempotencyMismatch):
            desk.begin(mark="two")
        desk.clock.now += LEASE
        with pytest.raises(IdempotencyMismatch):
            desk.begin(mark="two")

    @pytest.mark.parametrize("tenant", [ANOTHER_TENANT, ITS_LIVE_MODE], ids=["another account", "the other mode"])
    def test_a_key_means_nothing_to_another_tenant(self, tenant: Tenant) -> None:
        desk = Desk()
        first = desk.claim()
        desk.finish(first, BOUGHT)

        theirs = desk.claim(mark="two", tenant=tenant)

        assert not theirs.resumed
        assert theirs.object_id != first.object_id

    def test_a_key_is_remembered_for_a_day_from_its_first_request(self) -> None:
        desk = Desk()
        first = desk.claim()
        desk.finish(first, BOUGHT)

        desk.clock.now = NOW + REMEMBERED_FOR - timedelta(microseconds=1)
        assert desk.begin() == BOUGHT
        desk.clock.now = NOW + REMEMBERED_FOR
        assert desk.claim().object_id != first.object_id

    @pytest.mark.parametrize("key", ["", "k" * 256, "with space"])
    def test_what_can_be_no_key_is_refused_by_name(self, key: str) -> None:
        desk = Desk()

        with pytest.raises(InvalidRequest) as refused:
            desk.begin(key)

        assert refused.value.message == "The Idempotency-Key cannot be used"
        assert refused.value.details == {"Idempotency-Key": "Use 1 to 255 visible ASCII characters"}
        assert desk.kept.rows == {}


class TestLeases:
    @pytest.mark.parametrize(
        ("before_end", "seconds"),
        [
            (LEASE, 2),
            (timedelta(seconds=3), 2),
            (timedelta(seconds=1, milliseconds=999), 1),
            (timedelta(milliseconds=1), 1),
        ],
    )
    def test_while_the_first_runs_a_second_is_told_when_to_come_again(
        self, before_end: timedelta, seconds: int
    ) -> None:
        desk = Desk()
        desk.claim()
        desk.clock.now = NOW + LEASE - before_end

        with pytest.raises(IdempotencyInFlight) as refused:
            desk.begin()

        assert refused.value.message == "The first request under this Idempotency-Key still runs; ask again"
        assert refused.value.retry_after_s == seconds

    def test_after_a_crash_the_next_try_goes_on_with_the_same_object_when_the_lease_has_run_out(self) -> None:
        desk = Desk()
        first = desk.claim()
        desk.clock.now += LEASE

        again = desk.claim()

        assert again.resumed
        assert again.object_id == first.object_id

    def test_who_goes_on_has_a_lease_of_full_length(self) -> None:
        desk = Desk()
        desk.claim()
        desk.clock.now += LEASE
        desk.claim()

        desk.clock.now += LEASE - timedelta(microseconds=1)
        with pytest.raises(IdempotencyInFlight):
            desk.begin()
        desk.clock.now += timedelta(microseconds=1)
        assert desk.claim().resumed

    def test_the_answer_of_who_went_on_is_kept(self) -> None:
        desk = Desk()
        desk.claim()
        desk.clock.now += LEASE

        desk.finish(desk.claim(), BOUGHT)

        assert desk.begin() == BOUGHT

    def test_an_answer_that_is_not_remembered_frees_the_key_at_once(self) -> None:
        desk = Desk()
        first = desk.claim()

        desk.finish(first, None)

        again = desk.claim()
        assert (again.object_id, again.resumed) == (first.object_id, True)

    @pytest.mark.parametrize("late_answer", [REFUSED, None], ids=["an answer", "none"])
    def test_who_comes_after_its_lease_changes_nothing_of_the_next_ones(self, late_answer: Remembered | None) -> None:
        desk = Desk()
        late = desk.claim()
        desk.clock.now += LEASE
        desk.finish(desk.claim(), BOUGHT)

        desk.finish(late, late_answer)

        assert desk.begin() == BOUGHT

    def test_who_loses_a_key_to_a_faster_one_looks_again(self) -> None:
        desk = Desk()
        first = desk.claim()
        desk.clock.now += LEASE
        desk.kept.rivals = TRIES - 1

        claim = desk.claim()

        assert (claim.object_id, claim.resumed) == (first.object_id, True)

    def test_who_loses_it_each_time_is_told_to_come_again(self) -> None:
        desk = Desk()
        desk.claim()
        desk.clock.now += LEASE
        desk.kept.rivals = TRIES

        sentence = "^Too many requests came under this Idempotency-Key at once; ask again$"
        with pytest.raises(Unavailable, match=sentence):
            desk.begin()
        assert desk.kept.rivals == 0
