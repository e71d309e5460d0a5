"""Idempotency keys: their table, and the repository that leases them and keeps answers."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pynamodb.attributes import BinaryAttribute, BooleanAttribute, NumberAttribute, TTLAttribute, UnicodeAttribute

from chalicelib.domain.idempotency import IdempotencyRecord, Remembered
from chalicelib.storage.tables import ConditionFailed, RawItem, Table, dispatch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.domain.tenants import Tenant

MOST_BYTES = 350_000
"""An item may have 400 KB (a DynamoDB limit)."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class IdempotencyTable(Table):
    """A tenant's idempotency keys; a row is deleted by DynamoDB after its day, and treated as absent from then on."""

    table = "idempotency"

    tenant = UnicodeAttribute(hash_key=True)
    key = UnicodeAttribute(range_key=True)
    fingerprint = UnicodeAttribute()
    object_id = UnicodeAttribute()
    lease_id = UnicodeAttribute()
    lease_until = NumberAttribute()
    """Milliseconds since 1970."""
    status = NumberAttribute(null=True)
    """Of the answer; absent until there is one."""
    headers = UnicodeAttribute(null=True)
    body = BinaryAttribute(null=True, legacy_encoding=False)
    """The answer's body, compressed."""
    sealed = BooleanAttribute(null=True)
    ttl = TTLAttribute()


class StoredIdempotency:
    """The keys of all tenants, in a bound table."""

    def __init__(self, items: type[IdempotencyTable]) -> None:
        self._items = items

    def add(self, tenant: Tenant, key: str, record: IdempotencyRecord, now: datetime) -> IdempotencyRecord | None:
        """Store the record unless there is one that has not expired; return that one, None when ours was stored."""
        put = {
            "Item": _key(tenant, key) | _item(record),
            "ConditionExpression": "attribute_not_exists(tenant) OR #ttl <= :now",
            "ExpressionAttributeNames": {"#ttl": "ttl"},
            "ExpressionAttributeValues": {":now": _number(int(now.timestamp()))},
        }
        try:
            dispatch(self._items, "PutItem", put)
        except ConditionFailed as lost:
            stored = lost.stored[0]
            if stored is None:
                raise
            # our own first try, which the client repeated after its answer was lost
            return None if stored["lease_id"]["S"] == record.lease_id else _record(stored)
        return None

    def take(self, tenant: Tenant, key: str, before: IdempotencyRecord, record: IdempotencyRecord) -> bool:
        """Replace the lease of `before` by that of `record`; return whether nobody else was faster."""
        update = {
            "Key": _key(tenant, key),
            "UpdateExpression": "SET lease_id = :lease, lease_until = :until",
            "ConditionExpression": "lease_id = :before AND attribute_not_exists(#status)",
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": {
                ":lease": {"S": record.lease_id},
                ":until": _milliseconds(record.lease_until),
                ":before": {"S": before.lease_id},
            },
        }
        try:
            dispatch(self._items, "UpdateItem", update)
        except ConditionFailed as lost:
            return lost.stored[0] is not None and lost.stored[0]["lease_id"]["S"] == record.lease_id
        return True

    def finish(self, tenant: Tenant, key: str, lease_id: str, answer: Remembered) -> None:
        """Keep the answer; raises `Conflict` when the lease has gone to somebody else."""
        kept: dict[str, dict[str, Any]] = {
            "status": _number(answer.status),
            "headers": {"S": json.dumps(dict(answer.headers))},
            "body": {"B": zlib.compress(answer.body)},
            "sealed": {"BOOL": answer.sealed},
        }
        if len(kept["body"]["B"]) > MOST_BYTES:
            self.release(tenant, key, lease_id)  # an answer with large labels inside: its object answers the same
            return
        self._set(_key(tenant, key), lease_id, kept)

    def release(self, tenant: Tenant, key: str, lease_id: str) -> None:
        """End the lease; raises `Conflict` when it has gone to somebody else."""
        self._set(_key(tenant, key), lease_id, {"lease_until": _number(0)})

    def _set(self, key: RawItem, lease_id: str, columns: Mapping[str, Any]) -> None:
        update = {
            "Key": key,
            "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in columns),
            "ConditionExpression": "lease_id = :lease",
            "ExpressionAttributeNames": {f"#{name}": name for name in columns},
            "ExpressionAttributeValues": {
                **{f":{name}": column for name, column in columns.items()},
                ":lease": {"S": lease_id},
            },
        }
        dispatch(self._items, "UpdateItem", update)


def _key(tenant: Tenant, key: str) -> RawItem:
    return {"tenant": {"S": tenant.key}, "key": {"S": key}}


def _item(record: IdempotencyRecord) -> RawItem:
    return {
        "fingerprint": {"S": record.fingerprint},
        "object_id": {"S": record.object_id},
        "lease_id": {"S": record.lease_id},
        "lease_until": _milliseconds(record.lease_until),
        "ttl": _number(int(record.expires_at.timestamp())),
    }


def _record(item: RawItem) -> IdempotencyRecord:
    answer = None
    if "status" in item:
        answer = Remembered(
            int(item["status"]["N"]),
            zlib.decompress(item["body"]["B"]),
            json.loads(item["headers"]["S"]),
            sealed=item["sealed"]["BOOL"],
        )
    return IdempotencyRecord(
        fingerprint=item["fingerprint"]["S"],
        object_id=item["object_id"]["S"],
        lease_id=item["lease_id"]["S"],
        lease_until=_EPOCH + timedelta(milliseconds=int(item["lease_until"]["N"])),
        expires_at=_EPOCH + timedelta(seconds=int(item["ttl"]["N"])),
        answer=answer,
    )


def _milliseconds(at: datetime) -> dict[str, str]:
    return _number((at - _EPOCH) // timedelta(milliseconds=1))


def _number(number: int) -> dict[str, str]:
    return {"N": str(number)}
