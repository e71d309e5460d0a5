"""Request bodies: what is sent becomes what is stored, and what is wrong is told by path, all at once."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.api.bodies import checked, parsed_json, without_nulls
from chalicelib.api.schemas.addresses import AddressData
from chalicelib.api.schemas.parcels import ParcelData
from chalicelib.api.schemas.shipments import ShipmentData, ShipmentPurchaseData
from chalicelib.domain.customs import Payment
from chalicelib.domain.errors import InvalidRequest
from chalicelib.domain.shipments import ShipmentRecord
from tests.builders import NOW, an_id

SHIPPER = {"country_code": "us", "postal_code": "10118", "state_code": "ny", "city": "New York"}
RECIPIENT = {"country_code": "US", "postal_code": "94103-1234"}
PARCEL = {"weight": 1.5, "weight_unit": "kg", "length": 30, "width": 20, "height": 15, "dimension_unit": "cm"}
COMMODITY = {"weight": 1, "weight_unit": "lb", "value_amount": 9.99, "value_currency": "usd", "origin_country": "de"}
CUSTOMS = {"commodities": [COMMODITY], "incoterm": "dap", "duty": {"paid_by": "sender", "currency": "eur"}}

texts = st.text(st.characters(codec="utf-8"), max_size=50)
optional = st.none() | texts
numbers = st.decimals("0.001", "29999", places=3)
metadata = st.dictionaries(texts.filter(bool).map(lambda text: text[:40]), texts | st.booleans() | numbers, max_size=5)


def a_body(**changes: Any) -> dict[str, Any]:
    return {"shipper": SHIPPER, "recipient": RECIPIENT, "parcels": [PARCEL]} | changes


def read(body: dict[str, Any]) -> ShipmentData:
    tree = parsed_json(json.dumps(body).encode())
    return checked(ShipmentData, without_nulls(tree), "The shipment could not be created")


def faults(body: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as caught:
        read(body)
    return caught.value.details


def stored(data: ShipmentData) -> ShipmentRecord:
    fields = {name: getattr(data.fields(an_id), name) for name in data.fields(an_id).model_fields_set}
    return ShipmentRecord.model_construct(id=an_id("shp"), test_mode=True, created_at=NOW, updated_at=NOW, **fields)


class TestContract:
    def test_the_contracts_own_example_comes_out_literally(self) -> None:
        body = a_body()
        del body["recipient"]

        with pytest.raises(InvalidRequest) as caught:
            read(body)

        assert caught.value.code == "invalid_request"
        assert caught.value.message == "The shipment could not be created due to missing required fields"
        assert caught.value.details == {"recipient": "This field is required"}

    def test_an_empty_body_lacks_all_that_is_required(self) -> None:
        assert faults({}).keys() == {"shipper", "recipient", "parcels"}

    def test_all_faults_come_at_once_each_at_its_path(self) -> None:
        body = a_body(
            shipper={"country_code": "US", "postal_code": "1", "state_code": "XX", "city": "x" * 51, "cty": "x"},
            recipient={"country_code": "UX"},
            parcels=[PARCEL | {"weight": -1, "width": None}, {"weight": "1", "weight_unit": "stone"}, 5],
            options={"insurance": -1, "insurence": 5},
            reference="x" * 101,
            is_return="yes",
            extra=1,
        )

        assert faults(body).keys() == {
            "shipper.postal_code",
            "shipper.state_code",
            "shipper.city",
            "shipper.cty",
            "recipient.country_code",
            "parcels.0.weight",
            "parcels.1.weight",
            "parcels.1.weight_unit",
            "parcels.2",
            "options.insurance",
            "options.insurence",
            "reference",
            "is_return",
            "extra",
        }


class TestWrong:
    @pytest.mark.parametrize(
        ("changes", "path"),
        [
            ({"shipper": []}, "shipper"),
            ({"shipper": SHIPPER | {"person_name": 5}}, "shipper.person_name"),
            ({"shipper": SHIPPER | {"residential": 1}}, "shipper.residential"),
            ({"shipper": SHIPPER | {"country_code": "USA"}}, "shipper.country_code"),
            ({"shipper": SHIPPER | {"country_code": "\N{LATIN SMALL LETTER SHARP S}"}}, "shipper.country_code"),
            ({"shipper": SHIPPER | {"email": "x" * 255}}, "shipper.email"),
            ({"parcels": PARCEL}, "parcels"),
            ({"parcels": []}, "parcels"),
            ({"parcels": [PARCEL] * 51}, "parcels"),
            ({"parcels": [PARCEL | {"weight": 0}]}, "parcels.0.weight"),
            ({"parcels": [PARCEL | {"weight": 30_001}]}, "parcels.0.weight"),
            ({"parcels": [PARCEL | {"weight": 1e300}]}, "parcels.0.weight"),
            ({"parcels": [PARCEL | {"weight": True}]}, "parcels.0.weight"),
            ({"parcels": [PARCEL | {"weight": 10**30}]}, "parcels.0.weight"),
            ({"parcels": [PARCEL | {"length": 2501}]}, "parcels.0.length"),
            ({"parcels": [PARCEL | {"height": None}]}, "parcels.0.height"),
            ({"parcels": [PARCEL | {"dimension_unit": "FT"}]}, "parcels.0.dimension_unit"),
            ({"parcels": [PARCEL | {"items": [COMMODITY] * 101}]}, "parcels.0.items"),
            ({"parcels": [PARCEL | {"items": [COMMODITY | {"quantity": 0}]}]}, "parcels.0.items.0.quantity"),
            ({"parcels": [PARCEL | {"items": [COMMODITY | {"quantity": "2"}]}]}, "parcels.0.items.0.quantity"),
            ({"parcels": [PARCEL | {"options": {"insurance": "5"}}]}, "parcels.0.options.insurance"),
            ({"options": {"currency": "XXX"}}, "options.currency"),
            ({"options": {"shipment_date": "24.11.2026"}}, "options.shipment_date"),
            ({"options": {"doc_references": ["x" * 101]}}, "options.doc_references.0"),
            ({"options": {"sandbox_scenario": "explode"}}, "options.sandbox_scenario"),
            ({"customs": {}}, "customs.commodities"),
            ({"customs": CUSTOMS | {"incoterm": "XXX"}}, "customs.incoterm"),
            ({"customs": CUSTOMS | {"commodities": [COMMODITY] * 101}}, "customs.commodities"),
            ({"customs": CUSTOMS | {"duty": {"declared_value": -1}}}, "customs.duty.declared_value"),
            (
                {"customs": CUSTOMS | {"duty_billing_address": {"country_code": "DE"}}},
                "customs.duty_billing_address.postal_code",
            ),
            ({"payment": {"paid_by": "nobody"}}, "payment.paid_by"),
            ({"label_type": "GIF"}, "label_type"),
            ({"services": "ground"}, "services"),
            ({"services": ["x"] * 51}, "services"),
            ({"carrier_ids": [""]}, "carrier_ids.0"),
            ({"service": ""}, "service"),
            ({"order_id": "x" * 51}, "order_id"),
            ({"metadata": []}, "metadata"),
            ({"metadata": {"k": {"deep": 1}}}, "metadata.k"),
            ({"customs": {"commodities": [COMMODITY | {"metadata": {"k": None}}]}}, "customs.commodities.0.metadata.k"),
            ({"metadata": {"k" * 41: 1}}, f"metadata.{'k' * 41}"),
            ({"metadata": {str(index): 1 for index in range(51)}}, "metadata"),
        ],
    )
    def test_a_wrong_value_is_told_at_its_path_and_nowhere_else(self, changes: dict[str, Any], path: str) -> None:
        assert faults(a_body(**changes)).keys() == {path}

    @pytest.mark.parametrize(
        "path",
        [
            "extra",
            "shipper.extra",
            "parcels.0.extra",
            "parcels.0.items.0.extra",
            "parcels.0.options.extra",
            "options.extra",
            "options.hold_at_location_address.extra",
            "payment.extra",
            "customs.extra",
            "customs.commodities.0.extra",
            "customs.options.extra",
            "customs.duty.extra",
        ],
    )
    def test_an_unknown_field_is_refused_at_any_depth(self, path: str) -> None:
        body: Any = a_body(
            parcels=[PARCEL | {"items": [COMMODITY], "options": {}}],
            options={"hold_at_location_address": RECIPIENT},
            payment={},
            customs=CUSTOMS | {"options": {}},
        )
        body = place = json.loads(json.dumps(body))
        *way, name = path.split(".")
        for step in way:
            place = place[int(step) if step.isdigit() else step]
        place[name] = 1

        assert faults(body) == {path: "Unknown field"}

    def test_rules_judge_what_is_right_beside_what_is_wrong(self) -> None:
        parcel = {"weight": 1, "weight_unit": "KG", "length": 1, "freight_class": 5}

        assert faults(a_body(parcels=[parcel])).keys() == {
            "parcels.0.freight_class",
            "parcels.0.width",
            "parcels.0.height",
            "parcels.0.dimension_unit",
        }

    def test_a_missing_postal_code_is_told_beside_an_unknown_field(self) -> None:
        assert faults(a_body(recipient={"country_code": "US", "zip": "94103"})) == {
            "recipient.zip": "Unknown field",
            "recipient.postal_code": "This field is required",
        }

    def test_a_long_wrong_code_is_not_repeated_in_full(self) -> None:
        told = faults(a_body(recipient={"country_code": "x" * 10_000}))

        assert len(told["recipient.country_code"]) < 100


class TestRead:
    def test_codes_come_in_any_case_and_are_kept_in_their_own(self) -> None:
        fields = read(a_body(customs=CUSTOMS, label_type="zpl", options={"currency": "eur"})).fields(an_id)

        assert (fields.shipper.country_code, fields.shipper.state_code) == ("US", "NY")
        assert (fields.parcels[0].weight_unit, fields.parcels[0].dimension_unit) == ("KG", "CM")
        assert (fields.label_type, fields.options.currency) == ("ZPL", "EUR")
        assert fields.customs is not None
        item = fields.customs.commodities[0]
        assert (item.weight_unit, item.value_currency, item.origin_country) == ("LB", "USD", "DE")
        assert (fields.customs.incoterm, fields.customs.duty and fields.customs.duty.currency) == ("DAP", "EUR")

    def test_defaults_are_applied_at_creation(self) -> None:
        fields = read(a_body()).fields(an_id)

        assert (fields.label_type, fields.payment, fields.is_return) == ("PDF", Payment(paid_by="sender"), False)
        assert (fields.metadata, fields.options.asked(), fields.customs) == ({}, frozenset(), None)

    def test_null_means_left_out(self) -> None:
        nulls = dict.fromkeys(ShipmentData.model_fields.keys() - {"shipper", "recipient", "parcels"})
        address = RECIPIENT | dict.fromkeys(AddressData.model_fields.keys() - RECIPIENT.keys())

        with_nulls = read(a_body(recipient=address, **nulls)).fields(lambda prefix: prefix)

        assert with_nulls == read(a_body()).fields(lambda prefix: prefix)

    @pytest.mark.parametrize("required", ["shipper", "recipient", "parcels"])
    def test_null_for_what_is_required_is_missing(self, required: str) -> None:
        assert faults(a_body(**{required: None})) == {required: "This field is required"}

    def test_numbers_are_exact(self) -> None:
        fields = read(a_body(parcels=[PARCEL | {"weight": 0.1}], metadata={"n": 0.3})).fields(an_id)

        assert (fields.parcels[0].weight, fields.metadata["n"]) == (Decimal("0.1"), Decimal("0.3"))

    def test_each_object_gets_an_id_of_its_noun(self) -> None:
        fields = read(a_body(parcels=[PARCEL | {"items": [COMMODITY]}])).fields(an_id)

        ids = [fields.shipper.id, fields.recipient.id, fields.parcels[0].id, fields.parcels[0].items[0].id]
        assert [identifier[:4] for identifier in ids] == ["adr_", "adr_", "pcl_", "com_"]

    def test_a_check_of_the_address_is_answered_where_it_was_asked_for(self) -> None:
        fields = read(a_body(shipper=SHIPPER | {"validate_location": True})).fields(an_id)

        assert fields.shipper.validation is not None
        assert fields.shipper.validation.success
        assert fields.recipient.validation is None

    def test_what_we_answered_can_be_sent_back(self) -> None:
        record = stored(
            read(a_body(shipper=SHIPPER | {"validate_location": True}, parcels=[PARCEL | {"items": [COMMODITY]}]))
        )
        answered = json.loads(record.model_dump_json())

        again = read({name: answered[name] for name in ("shipper", "recipient", "parcels")}).fields(
            lambda prefix: prefix
        )

        assert again.shipper == record.shipper.model_copy(update={"id": "adr"})
        assert again.parcels[0].items[0] == record.parcels[0].items[0].model_copy(update={"id": "com"})

    @given(
        names=st.fixed_dictionaries(dict.fromkeys(("person_name", "city", "address_line1", "email"), optional)),
        weight=numbers,
        metadata=metadata,
        note=optional,
    )
    def test_whatever_is_accepted_is_read_as_it_was_stored(
        self, names: dict[str, str | None], weight: Decimal, metadata: dict[str, Any], note: str | None
    ) -> None:
        body = a_body(recipient=RECIPIENT | names, metadata=metadata, options={"shipment_note": note, "insurance": 5})
        body["parcels"] = [{"weight": weight, "weight_unit": "KG", "description": note}]

        record = stored(checked(ShipmentData, without_nulls(body), "no"))

        assert ShipmentRecord.model_validate_json(record.model_dump_json(exclude_none=True)) == record


class TestPurchaseData:
    def test_it_has_no_defaults(self) -> None:
        data = checked(ShipmentPurchaseData, {}, "no")

        assert set(data.model_dump().values()) == {None}

    @pytest.mark.parametrize("body", [{"rate": "best"}, {"retry_unconfirmed": "yes"}, {"label_type": "GIF"}, {"x": 1}])
    def test_what_is_wrong_is_refused(self, body: dict[str, Any]) -> None:
        with pytest.raises(InvalidRequest) as caught:
            checked(ShipmentPurchaseData, body, "no")

        assert caught.value.details.keys() == body.keys()


def test_parcels_keep_their_own_options() -> None:
    data = checked(ParcelData, PARCEL | {"options": {"insurance": 5}}, "no")

    assert data.parcel(an_id).options.insurance == 5
