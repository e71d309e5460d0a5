"""The sandbox's books, by one test class in memory and on the real engine, so that the fake cannot drift."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from chalicelib.carriers.sandbox.carrier import SandboxCarrier
from chalicelib.domain.errors import Conflict
from chalicelib.domain.pages import PageRequest
from chalicelib.domain.ports import Sale
from chalicelib.domain.sandbox_ledger import NumbersTaken, SandboxLedger, SandboxMove, SandboxParcel, SandboxSale
from chalicelib.domain.trackers import TRACKER_STATUSES
from chalicelib.storage.sandbox_ledger import SandboxLedgerTable, StoredSandboxLedger
from chalicelib.storage.tables import TableSettings, bind
from tests.builders import A_TENANT, ANOTHER_TENANT, ITS_LIVE_MODE, a_parcel, a_rate, an_id
from tests.fake_sandbox_ledger import MemorySandboxLedger
from tests.sandbox_cases import DEADLINE, TUESDAY, Clock, Shop, a_commodity, a_request, a_request_abroad, some_customs

THREADS = 16


def a_sale(**changes: object) -> SandboxSale:
    fields = {
        "purchase_id": an_id("pur"),
        "carrier_id": "sandbox",
        "sold_at": TUESDAY,
        "tracking_numbers": ("SBX025190570112345",),
        "label_type": "PDF",
        "shipment": a_request_abroad(),
        "rate": a_rate("sandbox_international_economy"),
    }
    return SandboxSale(**(fields | changes))


@pytest.fixture
def stored_ledger(dynamodb_endpoint: str, table_prefix: str) -> Iterator[StoredSandboxLedger]:
    table = bind(SandboxLedgerTable, TableSettings(table_prefix, "eu-central-1", dynamodb_endpoint))
    table.create_table(wait=True)
    yield StoredSandboxLedger(table)
    table.delete_table()


@pytest.fixture(params=["memory", "engine"])
def ledger(request: pytest.FixtureRequest) -> SandboxLedger:
    if request.param == "memory":
        return MemorySandboxLedger()
    stored: SandboxLedger = request.getfixturevalue("stored_ledger")
    return stored


class TestSales:
    def test_a_sale_comes_back_as_it_was_entered(self, ledger: SandboxLedger) -> None:
        sale = a_sale()

        assert ledger.add(A_TENANT, sale) == sale
        assert ledger.find(A_TENANT, sale.purchase_id) == sale

    def test_a_purchase_that_stands_is_returned_and_its_second_sale_is_not_entered(self, ledger: SandboxLedger) -> None:
        first = ledger.add(A_TENANT, a_sale())
        second = first.model_copy(update={"tracking_numbers": ("SBX025190570199999",), "label_type": "ZPL"})

        assert ledger.add(A_TENANT, second) == first
        assert ledger.find_parcel(A_TENANT, "SBX025190570199999") is None

    def test_numbers_that_are_taken_are_named_and_nothing_is_entered(self, ledger: SandboxLedger) -> None:
        ledger.add(A_TENANT, a_sale(tracking_numbers=("SBX1", "SBX2")))
        clashing = a_sale(tracking_numbers=("SBX3", "SBX2", "SBX1"))

        with pytest.raises(NumbersTaken) as taken:
            ledger.add(A_TENANT, clashing)

        assert set(taken.value.tracking_numbers) == {"SBX1", "SBX2"}
        assert ledger.find(A_TENANT, clashing.purchase_id) is None
        assert ledger.find_parcel(A_TENANT, "SBX3") is None

    def test_a_change_needs_the_version_that_is_stored(self, ledger: SandboxLedger) -> None:
        sale = ledger.add(A_TENANT, a_sale())
        changed = ledger.save(A_TENANT, sale.model_copy(update={"void_id": "void_1", "voided_at": TUESDAY}))

        with pytest.raises(Conflict):
            ledger.save(A_TENANT, sale.model_copy(update={"void_id": "void_2"}))

        assert changed.version == sale.version + 1
        assert ledger.find(A_TENANT, sale.purchase_id) == changed

    def test_other_tenants_and_the_other_mode_see_nothing(self, ledger: SandboxLedger) -> None:
        sale = ledger.add(A_TENANT, a_sale())

        for tenant in (ANOTHER_TENANT, ITS_LIVE_MODE):
            assert ledger.find(tenant, sale.purchase_id) is None
            assert ledger.find_parcel(tenant, sale.tracking_numbers[0]) is None
            assert ledger.page(tenant, PageRequest()).results == ()

    @pytest.mark.parametrize("purchase_id", ["", "pur_unknown", "x" * 2000, "pur_\u2603#"])
    def test_an_unknown_purchase_is_none(self, ledger: SandboxLedger, purchase_id: str) -> None:
        assert ledger.find(A_TENANT, purchase_id) is None


class TestPages:
    def test_a_walk_over_all_pages_meets_each_sale_once_newest_first(self, ledger: SandboxLedger) -> None:
        moments = [TUESDAY + timedelta(seconds=second) for second in range(7)]
        sales = [
            ledger.add(A_TENANT, a_sale(purchase_id=an_id("pur", moment), tracking_numbers=(f"SBX{at}",)))
            for at, moment in enumerate(moments)
        ]

        pages = [ledger.page(A_TENANT, PageRequest(limit=3))]
        while pages[-1].after is not None:
            pages.append(ledger.page(A_TENANT, PageRequest(limit=3, after=pages[-1].after)))

        assert [len(page.results) for page in pages] == [3, 3, 1]
        assert [sale for page in pages for sale in page.results] == sales[::-1]

    def test_other_rows_of_the_books_are_no_sales(self, ledger: SandboxLedger) -> None:
        ledger.add_unanswered(A_TENANT, "shipment", an_id("pur"))
        ledger.save_parcel(A_TENANT, SandboxParcel(tracking_number="SBX1"))

        assert ledger.page(A_TENANT, PageRequest()).results == ()


class TestParcels:
    def test_a_sold_number_leads_to_its_sale(self, ledger: SandboxLedger) -> None:
        sale = ledger.add(A_TENANT, a_sale())

        parcel = ledger.find_parcel(A_TENANT, sale.tracking_numbers[0])

        assert parcel == SandboxParcel(tracking_number=sale.tracking_numbers[0], purchase_id=sale.purchase_id)

    @pytest.mark.parametrize("sold", [True, False])
    def test_moves_are_kept_and_need_the_version_that_is_stored(self, ledger: SandboxLedger, *, sold: bool) -> None:
        if sold:
            ledger.add(A_TENANT, a_sale(tracking_numbers=("SBX1",)))
        parcel = ledger.find_parcel(A_TENANT, "SBX1") or SandboxParcel(tracking_number="SBX1")
        moved = parcel.model_copy(update={"moves": (SandboxMove(status="on_hold", at=TUESDAY),)})

        saved = ledger.save_parcel(A_TENANT, moved)
        with pytest.raises(Conflict):
            ledger.save_parcel(A_TENANT, parcel.model_copy(update={"moves": ()}))

        assert ledger.find_parcel(A_TENANT, "SBX1") == saved == moved.model_copy(update={"version": 1})

    def test_a_number_that_was_moved_before_is_not_sold(self, ledger: SandboxLedger) -> None:
        ledger.save_parcel(A_TENANT, SandboxParcel(tracking_number="SBX1"))

        with pytest.raises(NumbersTaken):
            ledger.add(A_TENANT, a_sale(tracking_numbers=("SBX1",)))


class TestUnanswered:
    def test_the_first_purchase_of_a_shipment_stays_the_first(self, ledger: SandboxLedger) -> None:
        assert ledger.add_unanswered(A_TENANT, "shipment", "pur_1") == "pur_1"
        assert ledger.add_unanswered(A_TENANT, "shipment", "pur_2") == "pur_1"
        assert ledger.add_unanswered(A_TENANT, "shipment", "pur_1") == "pur_1"
        assert ledger.add_unanswered(A_TENANT, "another", "pur_3") == "pur_3"

        answers = {name: ledger.is_unanswered(A_TENANT, name) for name in ("pur_1", "pur_2", "pur_3")}
        assert answers == {"pur_1": True, "pur_2": False, "pur_3": True}
        assert not ledger.is_unanswered(ANOTHER_TENANT, "pur_1")


def at_once(*calls: Callable[[], Sale]) -> list[Sale]:
    with ThreadPoolExecutor(THREADS) as pool:
        return [done.result() for done in [pool.submit(call) for call in calls]]


class TestSelling:
    @pytest.mark.parametrize("label_type", ["PDF", "PNG", "ZPL"])
    def test_what_is_stored_prints_the_same_label_and_invoice_again(
        self, stored_ledger: StoredSandboxLedger, label_type: str
    ) -> None:
        shop = Shop(stored_ledger)
        parcels = (a_parcel(weight=Decimal("2.30")), a_parcel(weight=Decimal("1E+1")))
        customs = some_customs(commodities=(a_commodity(value_amount=Decimal("20.00")), a_commodity()))
        order = shop.order(a_request_abroad(parcels=parcels, customs=customs), label_type=label_type)

        sale = shop.buy(order)

        assert len(sale.documents) == 2
        assert shop.carrier.find_purchase(shop.connection, order.purchase_id, DEADLINE) == sale


class TestSellingAtOnce:
    def test_16_purchases_under_one_id_sell_one_label(self, stored_ledger: StoredSandboxLedger) -> None:
        shop = Shop(stored_ledger)
        order = shop.order(a_request(parcels=(a_parcel(), a_parcel())), label_type="ZPL")
        clocks = [Clock(TUESDAY + timedelta(minutes=minute)) for minute in range(THREADS)]
        carriers = [SandboxCarrier(stored_ledger, clock, os.urandom) for clock in clocks]

        sales = at_once(*(lambda one=one: one.buy(shop.connection, order, DEADLINE) for one in carriers))

        assert len({sale.tracking_numbers for sale in sales}) == 1
        assert len({sale.documents[0].content for sale in sales}) == 1
        assert len(stored_ledger.page(A_TENANT, PageRequest()).results) == 1

    def test_purchases_at_once_get_numbers_of_their_own(self, stored_ledger: StoredSandboxLedger) -> None:
        shop = Shop(stored_ledger)
        order = shop.order(a_request(parcels=tuple(a_parcel() for _ in range(20))), label_type="ZPL")
        orders = [replace(order, purchase_id=an_id("pur")) for _ in range(THREADS)]

        sales = at_once(*(lambda order=order: shop.buy(order) for order in orders))

        numbers = [number for sale in sales for number in sale.tracking_numbers]
        assert len(numbers) == 20 * THREADS == len(set(numbers))

    def test_moves_at_once_are_all_kept(self, stored_ledger: StoredSandboxLedger) -> None:
        shop = Shop(stored_ledger)
        number = shop.bought().tracking_numbers[0]
        statuses = TRACKER_STATUSES[:4]

        with ThreadPoolExecutor(len(statuses)) as pool:
            moves = [pool.submit(shop.carrier.advance, shop.connection, number, status, TUESDAY) for status in statuses]
            for move in moves:
                move.result()

        parcel = stored_ledger.find_parcel(A_TENANT, number)
        assert parcel is not None
        assert sorted(move.status for move in parcel.moves) == sorted(statuses)
