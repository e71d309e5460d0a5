"""Keys that are valid as they come: a test states only what matters to it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from chalicelib.domain.api_keys import ApiKey, KeyTerms, new_token, plan_limits
from chalicelib.domain.ids import AccountId, KeyId

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LIMITS = plan_limits(100)
TOKEN = new_token("test", lambda size: bytes(range(7, 7 + size)))


def a_key(**changes: Any) -> ApiKey:
    terms = KeyTerms(mode="test", role="standard", plan="scale")
    key = ApiKey(KeyId("key_1"), AccountId("acc_1"), terms, last_four=TOKEN[-4:], created_at=NOW)
    return replace(key, **changes)


def with_terms(**changes: Any) -> ApiKey:
    key = a_key()
    return replace(key, terms=replace(key.terms, **changes))
