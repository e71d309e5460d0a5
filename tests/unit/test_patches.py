"""Patches by RFC 7396: absent stays, null clears, objects merge, lists are replaced."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.api.bodies import checked
from chalicelib.api.schemas.patches import PATCHES, ShipmentUpdateData, merged, patched_fields
from chalicelib.api.schemas.shipments import ShipmentData
from chalicelib.api.schemas.trackers import TrackerUpdateData
from chalicelib.domain.customs import Customs, Payment
from chalicelib.domain.errors import InvalidRequest
from chalicelib.domain.options import Options
from chalicelib.domain.parcels import Commodity
from chalicelib.domain.shipments import ShipmentFields, ShipmentRecord
from tests.builders import a_parcel, a_shipment, an_address, an_id, bought
from tests.builders import an_attempt as an_attempt_of

APPENDIX_A: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]
"""Target, patch and result of RFC 7396, appendix A, but for the row whose whole patch is null."""

names = st.sampled_from(["a", "b", "c"])
values = st.recursive(
    st.none() | st.integers(0, 3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=3),
    max_leaves=12,
)
objects = st.dictionaries(names, values, max_size=3)


def by_the_rfc(target: Any, patch: Any) -> Any:
    """MergePatch of RFC 7396, section 2, step by step."""
    if not isinstance(patch, dict):
        return patch
    if not isinstance(target, dict):
        target = {}
    result = dict(target)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = by_the_rfc(result.get(name), value)
    return result


def patched(record: ShipmentRecord, patch: dict[str, Any]) -> ShipmentFields:
    checked(ShipmentUpdateData, patch, "The shipment could not be updated")
    return patched_fields(record, patch, an_id)


def faults(record: ShipmentRecord, patch: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as caught:
        patched(record, patch)
    assert caught.value.message.startswith("The shipment could not be updated due to ")
    return caught.value.details


class TestMerged:
    @pytest.mark.parametrize(("target", "patch", "result"), APPENDIX_A)
    def test_each_row_of_the_rfcs_table(self, target: Any, patch: Any, result: Any) -> None:
        assert merged({"x": target}, {"x": patch}) == {"x": result}

    @given(objects, objects)
    def test_anything_merges_as_the_rfc_says(self, target: dict[str, Any], patch: dict[str, Any]) -> None:
        assert merged(target, patch) == by_the_rfc(target, patch)

    @given(objects, objects)
    def test_a_patch_applied_twice_changes_nothing_more(self, target: dict[str, Any], patch: dict[str, Any]) -> None:
        once = merged(target, patch)

        assert merged(once, patch) == once

    @given(objects, objects)
    def test_the_target_is_left_alone(self, target: dict[str, Any], patch: dict[str, Any]) -> None:
        before = repr(target)

        merged(target, patch)

        assert repr(target) == before


class TestPatchedFields:
    def test_an_empty_patch_changes_nothing(self) -> None:
        record = a_shipment()

        fields = patched(record, {})

        assert all(getattr(fields, name) is getattr(record, name) for name in ShipmentFields.model_fields)

    def test_an_address_merges_field_by_field_and_keeps_its_id(self) -> None:
        record = a_shipment()

        fields = patched(record, {"recipient": {"city": "Oakland", "postal_code": "94607", "person_name": None}})

        expected = {"city": "Oakland", "postal_code": "94607", "person_name": None}
        assert fields.recipient == record.recipient.model_copy(update=expected)

    def test_an_address_that_was_not_there_gets_an_id(self) -> None:
        record = a_shipment()

        fields = patched(record, {"return_address": {"country_code": "us", "postal_code": "10118"}})

        assert fields.return_address is not None
        assert fields.return_address.id.startswith("adr_")
        assert fields.return_address.country_code == "US"

    def test_null_takes_an_optional_address_away(self) -> None:
        record = a_shipment(return_address=an_address())

        assert patched(record, {"return_address": None}).return_address is None

    def test_parcels_are_replaced_and_not_merged(self) -> None:
        record = a_shipment(parcels=(a_parcel(), a_parcel()))

        fields = patched(record, {"parcels": [{"weight": 2, "weight_unit": "lb"}]})

        (parcel,) = fields.parcels
        assert (parcel.weight, parcel.weight_unit, parcel.length) == (Decimal(2), "LB", None)
        assert parcel.id not in {before.id for before in record.parcels}

    def test_metadata_merges_key_by_key(self) -> None:
        record = a_shipment(metadata={"a": "1", "b": True, "c": Decimal("1.5")})

        fields = patched(record, {"metadata": {"a": None, "b": False, "d": "new"}})

        assert fields.metadata == {"b": False, "c": Decimal("1.5"), "d": "new"}

    def test_options_merge_key_by_key(self) -> None:
        record = a_shipment(options=Options(insurance=Decimal(5), sms_notification=True))

        fields = patched(record, {"options": {"insurance": None, "cash_on_delivery": 7}})

        assert fields.options == Options(sms_notification=True, cash_on_delivery=Decimal(7))

    def test_a_declaration_merges_and_its_commodities_are_replaced(self) -> None:
        item = Commodity(id="com_1", weight=Decimal(1), weight_unit="KG", title="Gears")
        record = a_shipment(customs=Customs(commodities=(item,), incoterm="DAP", invoice="7"))

        terms = patched(record, {"customs": {"incoterm": "ddp", "invoice": None}}).customs
        goods = patched(record, {"customs": {"commodities": [{"weight": 3, "weight_unit": "G"}]}}).customs

        assert terms is not None
        assert (terms.incoterm, terms.invoice, terms.commodities[0].title) == ("DDP", None, "Gears")
        assert goods is not None
        assert (goods.incoterm, goods.commodities[0].weight, goods.commodities[0].title) == ("DAP", Decimal(3), None)

    @pytest.mark.parametrize(
        ("name", "default"),
        [
            ("options", Options()),
            ("payment", Payment()),
            ("customs", None),
            ("metadata", {}),
            ("reference", None),
            ("order_id", None),
            ("label_type", "PDF"),
            ("is_return", False),
            ("services", None),
            ("service", None),
        ],
    )
    def test_null_clears_to_what_creation_would_have_given(self, name: str, default: object) -> None:
        record = a_shipment(
            payment=Payment(paid_by="recipient"),
            reference="PO-7",
            order_id="1001",
            label_type="ZPL",
            is_return=True,
            services=("ground",),
            service="ground",
        )

        assert getattr(patched(record, {name: None}), name) == default

    def test_what_is_left_out_stays_a_zpl_label(self) -> None:
        record = a_shipment(label_type="ZPL", payment=Payment(paid_by="recipient"), is_return=True)

        fields = patched(record, {"reference": "PO-8"})

        assert (fields.label_type, fields.payment.paid_by, fields.is_return) == ("ZPL", "recipient", True)

    def test_a_bought_shipments_own_fields_do_not_get_in_the_way(self) -> None:
        record = bought(a_shipment(state="purchasing", attempt=an_attempt_of(), parcels=(a_parcel(meta={"n": 1}),)))

        assert patched(record, {"metadata": {"a": "b"}}).metadata["a"] == "b"


class TestRefused:
    @pytest.mark.parametrize(
        ("patch", "path"),
        [
            ({"refrence": "x"}, "refrence"),
            ({"status": "created"}, "status"),
            ({"shipper": {"cty": "x"}}, "shipper.cty"),
            ({"options": {"insurence": 5}}, "options.insurence"),
            ({"options": {"hold_at_location_address": {"x": 1}}}, "options.hold_at_location_address.x"),
            ({"customs": {"duty": {"payer": "x"}}}, "customs.duty.payer"),
            ({"parcels": [{"weight": 1, "weight_unit": "KG", "hight": 1}]}, "parcels.0.hight"),
            ({"parcels": [{"weight": 1, "weight_unit": "KG", "items": [{"wait": 1}]}]}, "parcels.0.items.0.wait"),
        ],
    )
    def test_an_unknown_field_inside_a_patch_is_refused_by_its_path(self, patch: dict[str, Any], path: str) -> None:
        assert faults(a_shipment(), patch)[path] == "Unknown field"

    @pytest.mark.parametrize(
        ("patch", "told"),
        [
            ({"shipper": None}, {"shipper": "This field is required"}),
            ({"parcels": None}, {"parcels": "This field is required"}),
            ({"recipient": {"country_code": None}}, {"recipient.country_code": "This field is required"}),
            ({"recipient": {"postal_code": None}}, {"recipient.postal_code": "This field is required"}),
            ({"return_address": {"city": "Oakland"}}, {"return_address.country_code": "This field is required"}),
            ({"customs": {"invoice": "7"}}, {"customs.commodities": "This field is required"}),
            ({"parcels": []}, {"parcels": "Must not be empty"}),
        ],
    )
    def test_an_outcome_that_could_not_have_been_created_is_refused(
        self, patch: dict[str, Any], told: dict[str, str]
    ) -> None:
        assert faults(a_shipment(), patch) == told

    @pytest.mark.parametrize(
        ("patch", "path"),
        [
            ({"recipient": {"postal_code": "K1A 0B6"}}, "recipient.postal_code"),
            ({"recipient": {"country_code": "CA"}}, "recipient.postal_code"),
            ({"label_type": "GIF"}, "label_type"),
            ({"parcels": {"weight": 1}}, "parcels"),
            ({"shipper": "x"}, "shipper"),
            ({"metadata": {"a": []}}, "metadata.a"),
            ({"metadata": {f"k{index}": 1 for index in range(50)}}, "metadata"),
            ({"is_return": "yes"}, "is_return"),
            ({"services": [""]}, "services.0"),
        ],
    )
    def test_a_wrong_value_is_refused_by_its_path(self, patch: dict[str, Any], path: str) -> None:
        assert path in faults(a_shipment(), patch)


class TestModels:
    def test_a_patch_has_each_field_of_creation_and_no_default(self) -> None:
        assert ShipmentUpdateData.model_fields.keys() == ShipmentData.model_fields.keys()
        for patch in (ShipmentUpdateData, TrackerUpdateData):
            assert all(field.default is None for field in patch.model_fields.values())

    def test_each_field_of_a_patch_may_be_null(self) -> None:
        nulls = dict.fromkeys(ShipmentData.model_fields)

        assert checked(ShipmentUpdateData, nulls, "no").model_fields_set == nulls.keys()

    def test_the_objects_inside_have_patches_of_their_own(self) -> None:
        assert {
            "AddressUpdateData",
            "OptionsUpdateData",
            "CustomsUpdateData",
            "TrackingInfoUpdateData",
        } <= PATCHES.keys()
        assert "ParcelUpdateData" not in PATCHES
