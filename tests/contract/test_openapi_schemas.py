"""The document's schemas: named, described, strict about requests and open about answers."""

import json
import re
from typing import Any

import pytest

from chalicelib.domain.shipments import SHIPMENT_STATUSES
from chalicelib.domain.trackers import TRACKER_STATUSES
from tests.contract.documents import (
    answer_contents,
    fields,
    nodes,
    operations,
    reached_from,
    request_contents,
    schemas,
    the_document,
)

Json = dict[str, Any]

OF_THE_CONTRACT = set(
    re.findall(
        r"\w+",
        """
        ShipmentData ShipmentUpdateData ShipmentRateData ShipmentPurchaseData Shipment ShippingDocument ShipmentList
        RateRequest RateResponse Rate Charge TrackingData TrackerUpdateData TrackingStatus TrackingInfo TrackingEvent
        TrackerList AddressData Address AddressValidation ParcelData Parcel CommodityData Commodity CustomsData Duty
        Payment Message
        """,
    )
)
"""Names that the contract gives to what exists so far."""

OPEN = {"OptionsData", "OptionsUpdateData"}
"""Requests that take names of carriers' own, as /v1/carriers publishes them."""

SOMETIMES = {"Options", "CustomsOptions", "Error", "Problem"}
"""Answers that leave out what was not asked, not given or not said."""

DAYS = {"estimated_delivery", "invoice_date", "shipment_date"}


def closed_objects() -> set[str]:
    return {name for name, schema in schemas().items() if schema.get("additionalProperties") is False}


def free_objects() -> set[str]:
    """Objects without fields of their own, and value lists: the same for both sides."""
    return {name for name, schema in schemas().items() if "properties" not in schema}


def test_the_contracts_names_are_kept():
    assert OF_THE_CONTRACT - set(schemas()) == set()


def test_no_object_is_inline():
    inside = [node for schema in schemas().values() for node in list(nodes(schema))[1:]]
    contents = [content["schema"] for content in (request_contents() | answer_contents()).values()]
    parameters = [
        parameter["schema"] for operation in operations().values() for parameter in operation.get("parameters", ())
    ]

    assert [node for node in [*inside, *contents, *parameters] if "object" in node.get("type", "")] == []
    assert [node for node in [*inside, *contents, *parameters] if "properties" in node] == []


def test_no_value_list_is_inline():
    inside = [node for schema in schemas().values() for node in list(nodes(schema))[1:]]

    assert [node for node in inside if "enum" in node or "const" in node] == []


def test_every_body_is_one_named_component():
    for name, content in (request_contents() | answer_contents()).items():
        assert "$ref" in content["schema"] or content["schema"]["type"] == "string", name


def test_a_request_is_closed_and_an_answer_open():
    requests, answers = reached_from(request_contents()), reached_from(answer_contents())

    assert requests - free_objects() - OPEN <= closed_objects()
    assert answers & closed_objects() == set()


def test_a_carriers_own_option_is_a_text_a_number_or_a_boolean():
    for name in ("OptionsData", "Options"):
        beyond = schemas()[name]["additionalProperties"]
        assert [part["type"] for part in beyond["anyOf"]] == ["string", "number", "boolean"]
        assert beyond["anyOf"][0]["maxLength"] == 500
    assert {"type": "null"} in schemas()["OptionsUpdateData"]["additionalProperties"]["anyOf"]
    assert {schemas()[name]["maxProperties"] for name in OPEN} == {50}


def test_a_field_is_called_as_it_is_on_the_wire():
    goods = schemas()["DangerousGoodData"]

    assert (list(goods["properties"]), goods["required"]) == (["class", "lithium"], ["class"])
    assert goods["properties"]["class"]["$ref"].endswith("/HazardClass")


def test_a_list_of_numbers_is_one_of_numbers():
    assert (schemas()["LabelDpi"]["type"], schemas()["LabelDpi"]["enum"]) == ("integer", [203, 300, 600])


def test_requests_and_answers_are_separate():
    both = reached_from(request_contents()) & reached_from(answer_contents())

    assert both <= free_objects()


def test_an_answer_has_no_closed_value_list():
    listed = {name for name, schema in schemas().items() if "enum" in schema}

    assert listed
    assert reached_from(answer_contents()) & listed == set()


def test_what_is_an_enumeration_in_requests_tells_its_values_in_answers():
    weight_unit = schemas()["Parcel"]["properties"]["weight_unit"]

    assert weight_unit == {"type": "string", "description": "The unit of `weight`. Known values: KG, LB, OZ, G."}
    assert schemas()["ParcelData"]["properties"]["weight_unit"]["$ref"] == "#/components/schemas/WeightUnit"


@pytest.mark.parametrize(
    ("name", "values"),
    [("Shipment", SHIPMENT_STATUSES), ("TrackingStatus", TRACKER_STATUSES)],
    ids=["Shipment", "Tracker"],
)
def test_a_status_tells_all_that_it_can_be(name: str, values: tuple[str, ...]):
    told = schemas()[name]["properties"]["status"]["description"]

    assert [value for value in values if value not in told] == []


def test_every_schema_and_every_field_is_described():
    assert [f"{name}.{field}" for name, field, told in fields() if not told.get("description")] == []
    assert [name for name, schema in schemas().items() if "properties" in schema and not schema["description"]] == []


def test_an_answer_always_has_all_its_fields():
    whole = reached_from(answer_contents()) - free_objects() - SOMETIMES

    for name in whole:
        assert schemas()[name]["required"] == list(schemas()[name]["properties"]), name


def test_what_is_sometimes_left_out_is_never_null():
    for name in SOMETIMES:
        assert "null" not in json.dumps(schemas()[name]), name


def test_an_optional_field_of_a_request_may_be_null():
    parcel = schemas()["ParcelData"]

    assert parcel["required"] == ["weight", "weight_unit"]
    for name, told in parcel["properties"].items():
        assert ("null" in json.dumps(told)) == (name not in parcel["required"]), name


def test_a_patch_requires_nothing_and_clears_what_may_be_cleared():
    patch = schemas()["ShipmentUpdateData"]

    assert "required" not in patch
    assert "null" in json.dumps(patch["properties"]["reference"])
    assert "null" not in json.dumps(patch["properties"]["recipient"])


def test_a_patch_is_described_by_what_it_patches():
    described = {field: told["description"] for name, field, told in fields() if name == "ShipmentData"}
    patched = {field: told["description"] for name, field, told in fields() if name == "ShipmentUpdateData"}

    assert patched == described


def test_lists_in_a_patch_hold_whole_parcels():
    assert schemas()["ShipmentUpdateData"]["properties"]["parcels"]["items"]["$ref"].endswith("/ParcelData")


def test_defaults_are_of_creations_alone_and_never_objects_or_null():
    with_default = {(name, field): told["default"] for name, field, told in fields() if "default" in told}

    assert {type(value) for value in with_default.values()} <= {str, int, bool}
    assert with_default["ShipmentData", "label_type"] == "PDF"
    assert not {name for name, _ in with_default if name.endswith(("UpdateData", "PurchaseData", "ShipmentRateData"))}
    assert not {name for name, _ in with_default} & reached_from(answer_contents())


def test_instants_and_days_have_their_format():
    for name, field, told in fields():
        if field.endswith("_at"):
            assert told.get("format") == "date-time", f"{name}.{field}"
        if field in DAYS:
            assert told.get("format") == "date", f"{name}.{field}"


def test_instants_in_parameters_have_their_format():
    parameters = [parameter for operation in operations().values() for parameter in operation.get("parameters", ())]
    instants = [parameter["schema"] for parameter in parameters if parameter["name"].startswith("created_")]

    assert instants
    assert {schema["format"] for schema in instants} == {"date-time"}


def test_numbers_tell_their_limits():
    weight = schemas()["ParcelData"]["properties"]["weight"]
    length = schemas()["ParcelData"]["properties"]["length"]

    assert weight["exclusiveMinimum"] == 0
    assert (length["exclusiveMinimum"], length["maximum"]) == (0, 100_000)


def test_nothing_of_the_making_is_left():
    assert "x-component" not in json.dumps(the_document())
