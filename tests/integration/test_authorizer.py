"""The authorizer as its own Lambda: what it answers, what it imports, and what it leaves to the gateway."""

import json
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.api.authorizer import authorize
from chalicelib.domain.api_keys import KeyTerms, caller_from, new_token
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.tenants import Tenant
from chalicelib.storage.accounts import AccountsTable
from chalicelib.storage.api_keys import ApiKeysTable
from chalicelib.storage.rate_limits import RateLimitsTable
from chalicelib.storage.schema import create_tables
from chalicelib.wiring import services

PROJECT = Path(__file__).parents[2]
STAGE_ARN = "arn:aws:execute-api:eu-central-1:123456789012:api/dev"
TERMS = KeyTerms("live", "standard", "enterprise", limit_per_minute=9)


@dataclass(frozen=True)
class House:
    """A configured process, with one account."""

    environment: dict[str, str]

    def a_key(self, terms: KeyTerms = TERMS, made_at: datetime | None = None) -> str:
        now = made_at or datetime.now(UTC)
        account = services().accounts.create("Gears & Co", now)
        return services().api_keys.grant(account.id, terms, now).token


@pytest.fixture
def house(configured: dict[str, str]) -> House:
    create_tables(services().tables, [AccountsTable, ApiKeysTable, RateLimitsTable])
    return House(configured)


def asked(header: str, path: str = "GET/v1/shipments") -> dict[str, Any]:
    """Return the event of a gateway that asks for one request."""
    return {"type": "TOKEN", "authorizationToken": header, "methodArn": f"{STAGE_ARN}/{path}"}


def answered(header: str, path: str = "GET/v1/shipments") -> dict[str, Any]:
    answer: dict[str, Any] = authorize(asked(header, path), {})
    return answer


def allowed(answer: dict[str, Any]) -> list[str]:
    statement = answer["policyDocument"]["Statement"][0]
    assert statement["Effect"] == "Allow"
    resources: list[str] = statement["Resource"]
    return resources


@pytest.mark.usefixtures("dynamodb_endpoint")
class TestAnswer:
    def test_a_valid_key_may_ask_for_every_route_of_the_stage_whichever_it_came_for(self, house: House) -> None:
        key = house.a_key()

        for path in ("GET/v1/shipments", "POST/v1/shipments/shp_1/purchase", "DELETE/"):
            assert allowed(answered(f"Bearer {key}", path)) == [f"{STAGE_ARN}/*/*"]

    def test_the_context_is_the_caller_in_flat_strings(self, house: House) -> None:
        expires_at = datetime.now(UTC) + timedelta(days=1)
        key = house.a_key(KeyTerms("live", "standard", "enterprise", limit_per_minute=9, expires_at=expires_at))

        context = answered(f"Bearer {key}")["context"]

        assert {type(value) for value in context.values()} == {str}
        caller = caller_from(context, datetime.now(UTC))
        assert caller.tenant == Tenant(caller.tenant.account_id, "live")
        assert (caller.role, caller.plan, caller.limit_per_minute) == ("standard", "enterprise", 9)
        assert caller.expires_at == expires_at

    @pytest.mark.parametrize("header", ["", "Bearer", "Basic abc", "Bearer dray_test_abc", "dray_test_abc", "é"])
    def test_what_is_no_key_may_ask_for_nothing(self, house: House, header: str) -> None:
        assert house.environment

        assert allowed(answered(header)) == []

    def test_an_unknown_an_expired_and_a_revoked_key_may_ask_for_nothing(self, house: House) -> None:
        long_ago = datetime.now(UTC) - timedelta(days=2)
        expired = house.a_key(
            KeyTerms("test", "admin", "scale", expires_at=long_ago + timedelta(days=1)), made_at=long_ago
        )
        revoked = house.a_key()
        caller = services().api_keys.authenticate(revoked, datetime.now(UTC))
        services().api_keys.revoke(caller.tenant, caller.key_id, datetime.now(UTC))
        unknown = new_token("live", os.urandom)

        assert [allowed(answered(f"Bearer {key}")) for key in (expired, revoked, unknown)] == [[], [], []]

    def test_a_key_with_one_wrong_character_may_ask_for_nothing(self, house: House) -> None:
        key = house.a_key()
        wrong = key[:20] + ("a" if key[20] != "a" else "b") + key[21:]

        assert allowed(answered(f"Bearer {wrong}")) == []

    def test_when_the_table_cannot_be_read_it_raises_so_that_no_gateway_remembers_an_answer(self, house: House) -> None:
        key = house.a_key()
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv("DYNAMODB_ENDPOINT", "http://127.0.0.1:9")
            services.cache_clear()

            with pytest.raises(Unavailable):
                answered(f"Bearer {key}")

            services.cache_clear()


class TestLambda:
    FORBIDDEN = ("pydantic", "boto3", "karrio", "cryptography", "PIL", "reportlab", "chalicelib.carriers")

    def run(self, house: House, header: str) -> dict[str, Any]:
        """Authorize once in a fresh interpreter; return the answer and what was imported of what must not be."""
        script = f"""
            import json, sys
            from chalicelib.api.authorizer import authorize
            answer = authorize({asked(header)!r}, None)
            found = [name for name in {self.FORBIDDEN!r} if name in sys.modules]
            print(json.dumps([answer, found, len(sys.modules)]))
        """
        environment = house.environment | {"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT)}
        done = subprocess.run(  # noqa: S603 - our own words
            [sys.executable, "-c", textwrap.dedent(script)], env=environment, capture_output=True, text=True, check=True
        )
        answer, found, _ = json.loads(done.stdout)
        return {"answer": answer, "found": found}

    def test_it_pays_neither_for_pydantic_nor_for_boto3_nor_for_carriers(self, house: House) -> None:
        told = self.run(house, f"Bearer {house.a_key()}")

        assert allowed(told["answer"]) == [f"{STAGE_ARN}/*/*"]
        assert told["found"] == []
