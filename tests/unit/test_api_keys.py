"""Keys: what a mistyped one looks like, when one is valid, and how the caller travels."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.api_keys import BASE62, caller_from, context_of, hash_of, is_well_formed, new_token, plan_limits
from chalicelib.domain.errors import Unauthorized
from chalicelib.domain.ids import AccountId, KeyId
from chalicelib.domain.tenants import Caller, Mode, Tenant
from tests.key_builders import LIMITS, NOW, TOKEN, a_key, with_terms

modes = st.sampled_from(["test", "live"])
secrets_ = st.binary(min_size=20, max_size=20)


class TestToken:
    @given(modes, secrets_)
    def test_a_new_key_has_prefix_mode_160_random_bits_and_checksum(self, mode: Mode, secret: bytes) -> None:
        token = new_token(mode, lambda size: secret if size == 20 else b"")

        value = 0
        for character in token.removeprefix(f"dray_{mode}_")[:27]:
            value = value * 62 + BASE62.index(character)

        assert value.to_bytes(20) == secret
        assert len(token) == len(f"dray_{mode}_") + 27 + 6
        assert is_well_formed(token)

    @given(modes, secrets_, st.data())
    def test_any_one_wrong_character_is_found(self, mode: Mode, secret: bytes, data: st.DataObject) -> None:
        token = new_token(mode, lambda _size: secret)

        at = data.draw(st.integers(0, len(token) - 1))
        wrong = data.draw(st.one_of(st.sampled_from(BASE62), st.characters()).filter(lambda c: c != token[at]))

        assert not is_well_formed(token[:at] + wrong + token[at + 1 :])

    @given(modes, secrets_, st.data())
    def test_two_swapped_neighbours_are_found(self, mode: Mode, secret: bytes, data: st.DataObject) -> None:
        token = new_token(mode, lambda _size: secret)
        at = data.draw(st.integers(10, len(token) - 8))

        swapped = token[:at] + token[at + 1] + token[at] + token[at + 2 :]

        assert is_well_formed(swapped) == (token[at] == token[at + 1])

    @given(secrets_)
    def test_a_key_with_the_other_modes_name_is_found(self, secret: bytes) -> None:
        token = new_token("test", lambda _size: secret)

        assert not is_well_formed(token.replace("_test_", "_live_"))

    @pytest.mark.parametrize("text", ["", "dray_test_", TOKEN[:-1], TOKEN + "0", TOKEN + "\n", f" {TOKEN}", "é" * 43])
    def test_what_has_another_shape_is_no_key(self, text: str) -> None:
        assert not is_well_formed(text)

    def test_what_is_kept_does_not_show_the_key(self) -> None:
        assert len(hash_of(TOKEN)) == 64
        assert TOKEN[10:37] not in hash_of(TOKEN)


class TestValidity:
    def test_expiry_is_exact(self) -> None:
        key = with_terms(expires_at=NOW)

        assert key.is_valid(NOW - timedelta(microseconds=1))
        assert not key.is_valid(NOW)

    def test_a_revoked_key_is_not_valid(self) -> None:
        assert not a_key(revoked_at=NOW).is_valid(NOW)

    def test_a_key_takes_its_plans_limit_unless_it_has_its_own(self) -> None:
        assert a_key().caller(LIMITS).limit_per_minute == 1000
        assert with_terms(limit_per_minute=7).caller(LIMITS).limit_per_minute == 7
        assert with_terms(plan="self_hosted").caller(LIMITS).limit_per_minute == 100

    def test_each_plan_has_its_limit_and_the_machines_own_is_the_operators_to_set(self) -> None:
        assert plan_limits(7) == {"self_hosted": 7, "scale": 1000, "enterprise": 5000}

    def test_who_asks_is_told_from_the_key_alone(self) -> None:
        key = with_terms(mode="live", role="read_only", plan="enterprise", expires_at=NOW)

        caller = key.caller(LIMITS)

        assert caller == Caller(
            Tenant(AccountId("acc_1"), "live"), KeyId("key_1"), "read_only", "enterprise", 5000, NOW
        )


class TestContext:
    @given(
        st.builds(
            Caller,
            tenant=st.builds(Tenant, st.just(AccountId("acc_1")), modes),
            key_id=st.just(KeyId("key_1")),
            role=st.sampled_from(["admin", "standard", "read_only"]),
            plan=st.sampled_from(["self_hosted", "scale", "enterprise"]),
            limit_per_minute=st.integers(1, 30_000),
            expires_at=st.none() | st.datetimes(min_value=datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
        )
    )
    def test_the_caller_comes_back_from_flat_strings(self, caller: Caller) -> None:
        context = context_of(caller)

        assert all(type(value) is str for value in context.values())
        assert caller_from(context | {"principalId": "x"}, NOW) == caller

    def test_a_key_that_expires_while_the_gateway_remembers_it_is_refused_to_the_instant(self) -> None:
        context = context_of(with_terms(expires_at=NOW).caller(LIMITS))

        assert caller_from(context, NOW - timedelta(microseconds=1)).key_id == "key_1"
        with pytest.raises(Unauthorized, match=r"^This API key has expired$"):
            caller_from(context, NOW)

    def test_the_expiry_is_an_instant_in_utc_wherever_it_was_written(self) -> None:
        context = context_of(a_key().caller(LIMITS)) | {"expires_at": "2026-11-24T15:00:00+02:00"}

        expires_at = caller_from(context, NOW).expires_at

        assert expires_at == NOW + timedelta(hours=1)
        assert expires_at.tzinfo is UTC

    def test_without_an_authorizers_answer_nobody_is_let_in(self) -> None:
        with pytest.raises(Unauthorized, match=r"^Send an API key: Authorization: Bearer dray_…$"):
            caller_from({}, NOW)
