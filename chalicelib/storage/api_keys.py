"""The keys' table: a key by its hash, an account's keys by an index, and the counter that limits them."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, cast

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.domain.api_keys import LAST_USED_STEP, MOST_KEYS, ApiKey, KeyTerms
from chalicelib.domain.errors import Conflict, NotFound
from chalicelib.domain.ids import AccountId, KeyId
from chalicelib.domain.pages import Page
from chalicelib.storage.accounts import ACCOUNTS, AccountsTable
from chalicelib.storage.tables import ConditionFailed, Table, dispatch, table_name

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.pages import PageRequest
    from chalicelib.domain.tenants import Mode, Plan, Role, Tenant

KEY, POINTER, ACCOUNT = 0, 1, 2
"""The places in the transaction that adds a key."""

SCHEMA_VERSION = 1


class KeysOfTenant(GlobalSecondaryIndex["ApiKeysTable"]):  # type: ignore[no-untyped-call]  # PynamoDB's
    """A tenant's keys by id, so by time."""

    class Meta:
        """How PynamoDB is told."""

        index_name = "by_tenant"
        projection = AllProjection()

    tenant = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class ApiKeysTable(Table):
    """A key under its hash, in plain attributes: the authorizer, which reads it, can't afford more."""

    table = "api_keys"

    key_hash = UnicodeAttribute(hash_key=True)
    v = NumberAttribute(default=SCHEMA_VERSION)
    tenant = UnicodeAttribute()
    id = UnicodeAttribute()
    role = UnicodeAttribute()
    plan = UnicodeAttribute()
    limit_per_minute = NumberAttribute(null=True)
    name = UnicodeAttribute(null=True)
    last_four = UnicodeAttribute()
    created_at = UTCDateTimeAttribute()
    last_used_at = UTCDateTimeAttribute(null=True)
    expires_at = UTCDateTimeAttribute(null=True)
    revoked_at = UTCDateTimeAttribute(null=True)
    by_tenant = KeysOfTenant()


class StoredApiKeys:
    """All keys. A key's id leads to its hash by an item of the accounts' table, written in the same transaction."""

    def __init__(self, keys: type[ApiKeysTable], accounts: type[AccountsTable]) -> None:
        self._keys = keys
        self._accounts = accounts

    def add(self, tenant: Tenant, key: ApiKey, key_hash: str) -> None:
        """Store a new key; raises `NotFound` for an unknown account, `Conflict` at `MOST_KEYS` and for a known id."""
        put = {"Item": self._item(tenant, key, key_hash).serialize()}
        pointer = {"Item": self._pointer(tenant, key.id, key_hash).serialize()}
        counted = self._update_account(
            tenant,
            "SET key_count = if_not_exists(key_count, :none) + :one",
            "attribute_exists(pk) AND (attribute_not_exists(key_count) OR key_count < :most)",
        ) | {"ExpressionAttributeValues": {":none": _n(0), ":one": _n(1), ":most": _n(MOST_KEYS)}}
        try:
            self._transact(
                {"Put": put | self._in_keys("attribute_not_exists(key_hash)")},
                {"Put": pointer | self._in_accounts("attribute_not_exists(pk)")},
                {"Update": counted},
            )
        except ConditionFailed as error:
            raise _refusal(tenant, error) from error

    def replace(self, tenant: Tenant, key: ApiKey, key_hash: str) -> None:
        """Give the existing key of this id another secret; raises `NotFound`, and `Conflict` when it is revoked."""
        old_hash = self._hash_of(tenant, key.id)
        put = {"Item": self._item(tenant, key, key_hash).serialize()}
        pointer = {"Item": self._pointer(tenant, key.id, key_hash).serialize()}
        unchanged = {"ExpressionAttributeValues": {":old": {"S": old_hash}}}
        alive = "attribute_exists(key_hash) AND attribute_not_exists(revoked_at)"
        self._transact(
            {"Delete": {"Key": {"key_hash": {"S": old_hash}}} | self._in_keys(alive)},
            {"Put": put | self._in_keys("attribute_not_exists(key_hash)")},
            {"Put": pointer | self._in_accounts("key_hash = :old") | unchanged},
        )

    def find_by_hash(self, key_hash: str) -> ApiKey | None:
        """Return the key, by one strongly consistent read."""
        try:
            return _key(self._keys.get(key_hash, consistent_read=True))
        except self._keys.DoesNotExist:
            return None

    def get(self, tenant: Tenant, key_id: KeyId) -> ApiKey:
        """Return it, by two strongly consistent reads; raises `NotFound`."""
        key = self.find_by_hash(self._hash_of(tenant, key_id))
        if key is None:
            raise _unknown()
        return key

    def page(self, tenant: Tenant, request: PageRequest) -> Page[ApiKey]:
        """Return one page, newest first; the index may lag behind a change by some milliseconds."""
        older = KeysOfTenant.id < request.after if request.after else None
        found = self._keys.by_tenant.query(tenant.key, older, scan_index_forward=False, limit=request.limit + 1)
        keys = [_key(item) for item in found]
        results = tuple(keys[: request.limit])
        return Page(results, results[-1].id if len(keys) > request.limit else None)

    def revoke(self, tenant: Tenant, key_id: KeyId, now: datetime) -> ApiKey:
        """Revoke it and count it off, or return it as it was revoked before; raises `NotFound`."""
        key_hash = self._hash_of(tenant, key_id)
        revoked = {
            "Key": {"key_hash": {"S": key_hash}},
            "UpdateExpression": "SET revoked_at = :now",
            "ExpressionAttributeValues": {":now": {"S": _text(now)}},
        }
        counted = self._update_account(tenant, "SET key_count = key_count - :one", "key_count > :none")
        alive = "attribute_exists(key_hash) AND attribute_not_exists(revoked_at)"
        try:
            self._transact(
                {"Update": revoked | self._in_keys(alive)},
                {"Update": counted | {"ExpressionAttributeValues": {":one": _n(1), ":none": _n(0)}}},
            )
        except ConditionFailed:
            key = self.get(tenant, key_id)
            if key.revoked_at is None:
                raise
            return key
        return self.get(tenant, key_id)

    def mark_used(self, key_hash: str, now: datetime) -> None:
        """Write `last_used_at`, unless somebody did within `LAST_USED_STEP`."""
        due = "attribute_exists(key_hash) AND (attribute_not_exists(last_used_at) OR last_used_at <= :due)"
        mark = {
            "Key": {"key_hash": {"S": key_hash}},
            "UpdateExpression": "SET last_used_at = :now",
            "ConditionExpression": due,
            "ExpressionAttributeValues": {":now": {"S": _text(now)}, ":due": {"S": _text(now - LAST_USED_STEP)}},
        }
        dispatch(self._keys, "UpdateItem", mark)

    def _hash_of(self, tenant: Tenant, key_id: KeyId) -> str:
        try:
            pointer = self._accounts.get(tenant.key, key_id, consistent_read=True)
        except self._accounts.DoesNotExist as error:
            raise _unknown() from error
        return str(pointer.key_hash)

    def _item(self, tenant: Tenant, key: ApiKey, key_hash: str) -> ApiKeysTable:
        return self._keys(
            key_hash,
            tenant=tenant.key,
            id=key.id,
            role=key.terms.role,
            plan=key.terms.plan,
            limit_per_minute=key.terms.limit_per_minute,
            name=key.terms.name,
            last_four=key.last_four,
            created_at=key.created_at,
            last_used_at=key.last_used_at,
            expires_at=key.terms.expires_at,
            revoked_at=key.revoked_at,
        )

    def _pointer(self, tenant: Tenant, key_id: KeyId, key_hash: str) -> AccountsTable:
        return self._accounts(tenant.key, key_id, key_hash=key_hash)

    def _update_account(self, tenant: Tenant, update: str, condition: str) -> dict[str, Any]:
        key = {"pk": {"S": ACCOUNTS}, "sk": {"S": tenant.account_id}}
        return {"Key": key, "UpdateExpression": update} | self._in_accounts(condition)

    def _in_keys(self, condition: str) -> dict[str, Any]:
        return _conditional(table_name(self._keys), condition)

    def _in_accounts(self, condition: str) -> dict[str, Any]:
        return _conditional(table_name(self._accounts), condition)

    def _transact(self, *writes: dict[str, Any]) -> None:
        dispatch(self._keys, "TransactWriteItems", {"TransactItems": list(writes)})


def _conditional(table: str, condition: str) -> dict[str, Any]:
    return {
        "TableName": table,
        "ConditionExpression": condition,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def _refusal(tenant: Tenant, error: ConditionFailed) -> Exception:
    """Return why a key could not be added."""
    if error.stored.get(ACCOUNT):
        return Conflict(f"An account has at most {MOST_KEYS} API keys; revoke one first")
    if ACCOUNT in error.stored:
        return NotFound(f"There is no account {tenant.account_id}")
    return Conflict("There is an API key of this id already")


def _unknown() -> NotFound:
    return NotFound("There is no such API key")


def _key(item: ApiKeysTable) -> ApiKey:
    account_id, _, mode = item.tenant.partition("#")
    limit = item.limit_per_minute
    terms = KeyTerms(
        mode=cast("Mode", mode),
        role=cast("Role", item.role),
        plan=cast("Plan", item.plan),
        limit_per_minute=None if limit is None else int(limit),
        name=item.name,
        expires_at=item.expires_at,
    )
    return ApiKey(
        id=KeyId(item.id),
        account_id=AccountId(account_id),
        terms=terms,
        last_four=item.last_four,
        created_at=item.created_at,
        last_used_at=item.last_used_at,
        revoked_at=item.revoked_at,
    )


def _text(at: datetime) -> str:
    """Return an instant as PynamoDB's `UTCDateTimeAttribute` writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f+0000")


def _n(number: int) -> dict[str, str]:
    return {"N": str(number)}
