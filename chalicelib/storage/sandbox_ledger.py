"""The sandbox carrier's table: what it sold by purchase, what it gave out by number, what it left unanswered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.pages import Page
from chalicelib.domain.sandbox_ledger import NumbersTaken, SandboxParcel, SandboxSale
from chalicelib.storage.rows import (
    NEW,
    ObjectTable,
    add_item,
    body_of,
    find_item,
    fits,
    json_of,
    key_of,
    put,
    save_item,
    transact,
)
from chalicelib.storage.tables import ConditionFailed, dispatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.domain.objects import DrayObject
    from chalicelib.domain.pages import PageRequest
    from chalicelib.domain.tenants import Tenant
    from chalicelib.storage.tables import RawItem

SALES = "purchase#"
PARCELS = "number#"
UNANSWERED = "unanswered#"
"""A purchase that got no answer; it has no body."""
UNANSWERED_SHIPMENTS = "unanswered_shipment#"
"""A shipment whose first purchase got no answer: `purchase_id` is that purchase."""
AFTER_SALES = "purchase$"
"""Sorts after every sale: `$` is the character after `#`."""


class SandboxLedgerTable(ObjectTable):
    """One row of the sandbox's books; what kind of row its sort key tells."""

    table = "sandbox_ledger"
    noun = "sandbox sale"


class StoredSandboxLedger:
    """The sandbox's books: `SandboxLedger` in DynamoDB."""

    def __init__(self, items: type[SandboxLedgerTable]) -> None:
        self._items = items

    def add(self, tenant: Tenant, sale: SandboxSale) -> SandboxSale:
        """Enter a sale and its numbers in one transaction, or return the sale that stands under this purchase id.

        Raises `NumbersTaken` when numbers belong to other parcels.
        """
        parcels = [
            SandboxParcel(tracking_number=number, purchase_id=sale.purchase_id) for number in sale.tracking_numbers
        ]
        rows = [_row(tenant, SALES + sale.purchase_id, sale, sale.version)]
        rows += [_row(tenant, PARCELS + parcel.tracking_number, parcel, parcel.version) for parcel in parcels]
        try:
            transact(self._items, [("Put", put(self._items, row, NEW)) for row in rows])
        except ConditionFailed as lost:
            stored = lost.stored.get(0)
            if stored is not None:
                return _sale(stored)
            taken = [parcels[position - 1].tracking_number for position in lost.stored]
            raise NumbersTaken(taken) from lost
        return sale

    def find(self, tenant: Tenant, purchase_id: str) -> SandboxSale | None:
        """Return the sale of a purchase, if any; strongly consistent."""
        item = self._find(tenant, SALES + purchase_id)
        return None if item is None else _sale(item)

    def save(self, tenant: Tenant, sale: SandboxSale) -> SandboxSale:
        """Store a change conditional on `sale.version`; return it with the version counted up."""
        saved = sale.model_copy(update={"version": sale.version + 1})
        save_item(self._items, key_of(tenant, SALES + sale.purchase_id), body_of(saved), sale.version)
        return saved

    def page(self, tenant: Tenant, request: PageRequest) -> Page[SandboxSale]:
        """Return one page of sales, newest first, strongly consistent."""
        end = SALES + request.after if request.after else AFTER_SALES
        sales = self._sales_before(tenant, end, request.limit + 1)
        more = len(sales) > request.limit
        results = tuple(sales[: request.limit])
        return Page(results, results[-1].purchase_id if more else None)

    def find_parcel(self, tenant: Tenant, tracking_number: str) -> SandboxParcel | None:
        """Return what is written about a number, if anything; strongly consistent."""
        item = self._find(tenant, PARCELS + tracking_number)
        return None if item is None else SandboxParcel.model_validate_json(json_of(item))

    def save_parcel(self, tenant: Tenant, parcel: SandboxParcel) -> SandboxParcel:
        """Store a number that is not in the books yet, else a change conditional on `parcel.version`."""
        saved = parcel.model_copy(update={"version": parcel.version + 1})
        key = key_of(tenant, PARCELS + parcel.tracking_number)
        if parcel.purchase_id is None and parcel.version == 0:
            add_item(self._items, key, body_of(saved), saved.version)
        else:
            save_item(self._items, key, body_of(saved), parcel.version)
        return saved

    def add_unanswered(self, tenant: Tenant, shipment_key: str, purchase_id: str) -> str:
        """Remember the first purchase of a shipment, which gets no answer; return that first purchase's id."""
        shipment = key_of(tenant, UNANSWERED_SHIPMENTS + shipment_key) | {"purchase_id": {"S": purchase_id}}
        purchase = key_of(tenant, UNANSWERED + purchase_id)
        writes = [("Put", put(self._items, shipment, NEW)), ("Put", put(self._items, purchase))]
        try:
            transact(self._items, writes)
        except ConditionFailed as lost:
            stored = lost.stored.get(0)
            if stored is None:
                raise
            return str(stored["purchase_id"]["S"])
        return purchase_id

    def is_unanswered(self, tenant: Tenant, purchase_id: str) -> bool:
        """Return whether a purchase is one that got no answer."""
        return self._find(tenant, UNANSWERED + purchase_id) is not None

    def _find(self, tenant: Tenant, identifier: str) -> RawItem | None:
        return find_item(self._items, tenant, identifier) if fits(identifier) else None

    def _sales_before(self, tenant: Tenant, end: str, limit: int) -> Sequence[SandboxSale]:
        """Return the newest sales whose sort keys come before `end`, exclusive."""
        asked = {
            "KeyConditionExpression": "tenant = :tenant AND id BETWEEN :first AND :end",
            "ExpressionAttributeValues": {
                ":tenant": {"S": tenant.key},
                ":first": {"S": SALES},
                ":end": {"S": end},
            },
            "ConsistentRead": True,
            "ScanIndexForward": False,
            "Limit": limit + 1,  # BETWEEN is inclusive
        }
        items: list[RawItem] = []
        while len(items) < limit:
            answer = dispatch(self._items, "Query", asked)
            items += [item for item in answer["Items"] if item["id"]["S"] != end]
            if "LastEvaluatedKey" not in answer:
                break
            asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
        return [_sale(item) for item in items[:limit]]


def _row(tenant: Tenant, identifier: str, thing: DrayObject, version: int) -> RawItem:
    return key_of(tenant, identifier) | body_of(thing) | {"version": {"N": str(version)}}


def _sale(item: RawItem) -> SandboxSale:
    return SandboxSale.model_validate_json(json_of(item))
