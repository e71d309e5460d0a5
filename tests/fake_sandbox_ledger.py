"""The sandbox's books in memory; `tests/integration/test_sandbox_ledger.py` holds it to what the table does."""

from threading import Lock

from chalicelib.domain.errors import Conflict
from chalicelib.domain.pages import Page, PageRequest
from chalicelib.domain.sandbox_ledger import NumbersTaken, SandboxParcel, SandboxSale
from chalicelib.domain.tenants import Tenant


class MemorySandboxLedger:
    """A `SandboxLedger` of dictionaries, one request at a time."""

    def __init__(self) -> None:
        self._turn = Lock()
        self._sales: dict[tuple[str, str], SandboxSale] = {}
        self._parcels: dict[tuple[str, str], SandboxParcel] = {}
        self._unanswered: dict[tuple[str, str], str] = {}

    def add(self, tenant: Tenant, sale: SandboxSale) -> SandboxSale:
        with self._turn:
            key = (tenant.key, sale.purchase_id)
            if key in self._sales:
                return self._sales[key]
            taken = [number for number in sale.tracking_numbers if (tenant.key, number) in self._parcels]
            if taken:
                raise NumbersTaken(taken)
            self._sales[key] = sale
            for number in sale.tracking_numbers:
                parcel = SandboxParcel(tracking_number=number, purchase_id=sale.purchase_id)
                self._parcels[tenant.key, number] = parcel
            return sale

    def find(self, tenant: Tenant, purchase_id: str) -> SandboxSale | None:
        return self._sales.get((tenant.key, purchase_id))

    def save(self, tenant: Tenant, sale: SandboxSale) -> SandboxSale:
        with self._turn:
            key = (tenant.key, sale.purchase_id)
            if key not in self._sales or self._sales[key].version != sale.version:
                raise Conflict("changed meanwhile")
            self._sales[key] = sale.model_copy(update={"version": sale.version + 1})
            return self._sales[key]

    def page(self, tenant: Tenant, request: PageRequest) -> Page[SandboxSale]:
        sales = sorted(
            (sale for (owner, _), sale in self._sales.items() if owner == tenant.key),
            key=lambda sale: sale.purchase_id,
            reverse=True,
        )
        older = [sale for sale in sales if request.after is None or sale.purchase_id < request.after]
        results = tuple(older[: request.limit])
        return Page(results, results[-1].purchase_id if len(older) > request.limit else None)

    def find_parcel(self, tenant: Tenant, tracking_number: str) -> SandboxParcel | None:
        return self._parcels.get((tenant.key, tracking_number))

    def save_parcel(self, tenant: Tenant, parcel: SandboxParcel) -> SandboxParcel:
        with self._turn:
            key = (tenant.key, parcel.tracking_number)
            stored = self._parcels.get(key)
            if (stored.version if stored else 0) != parcel.version:
                raise Conflict("changed meanwhile")
            self._parcels[key] = parcel.model_copy(update={"version": parcel.version + 1})
            return self._parcels[key]

    def add_unanswered(self, tenant: Tenant, shipment_key: str, purchase_id: str) -> str:
        with self._turn:
            return self._unanswered.setdefault((tenant.key, shipment_key), purchase_id)

    def is_unanswered(self, tenant: Tenant, purchase_id: str) -> bool:
        return any(owner == tenant.key and first == purchase_id for (owner, _), first in self._unanswered.items())
