"""Examples of carriers and references: one carrier's details, and a little of each value list."""

from __future__ import annotations

from decimal import Decimal

from chalicelib.api.schemas.references import CountryReference, CurrencyReference, OptionReference, References
from chalicelib.domain.carrier_details import (
    CarrierDetails,
    ConnectionField,
    PackagePreset,
    PrintedLabel,
    ShippingOption,
)

CARRIER_NAME = "ups"


def carrier() -> CarrierDetails:
    """Return some of what is known of one carrier."""
    secret = ConnectionField(type="string", required=True, secret=True, description="The client secret of your app.")
    return CarrierDetails(
        carrier_name=CARRIER_NAME,
        display_name="UPS",
        integration_status="production-ready",
        capabilities=("customs", "multi_parcel", "rating", "returns", "shipping", "tracking", "voiding"),
        connection_fields={
            "client_id": secret.model_copy(update={"secret": False, "description": "The client id of your app."}),
            "client_secret": secret,
        },
        config_fields={},
        shipping_services={"ups_standard": "UPS Standard", "ups_ground": "UPS Ground"},
        shipping_options={
            "signature_confirmation": ShippingOption(types=("boolean", "string"), values=("signature", "adult")),
            "ups_carbonneutral_indicator": ShippingOption(types=("boolean",)),
        },
        packaging_types={"pak": "04", "your_packaging": "02"},
        package_presets={
            "ups_express_pak": PackagePreset(
                length=Decimal(1),
                width=Decimal("11.75"),
                height=Decimal(16),
                dimension_unit="IN",
                weight=Decimal(30),
                weight_unit="LB",
                packaging_type=None,
            )
        },
        labels=(
            PrintedLabel(label_type="PDF", size="4x6", dpi=None),
            PrintedLabel(label_type="ZPL", size="4x6", dpi=203),
        ),
        has_sandbox=True,
        most_parcels=50,
        void_days=28,
        credentials_from="Make an app at https://developer.ups.com.",
        notes=(),
    )


def some_references() -> References:
    """Return an entry or two of each list."""
    return References(
        countries={
            "DE": CountryReference(name="Germany", currency="EUR", states={}),
            "US": CountryReference(name="United States", currency="USD", states={"CA": "California", "NY": "New York"}),
        },
        currencies={"EUR": CurrencyReference(name="Euro", digits=2)},
        weight_units={"G": Decimal(1), "KG": Decimal(1000)},
        dimension_units={"CM": Decimal(1), "IN": Decimal("2.54")},
        label_types=("PDF", "ZPL", "PNG"),
        label_sizes=("4x6", "A6"),
        label_dpis=(203, 300),
        packaging_types=("envelope", "your_packaging"),
        options={"saturday_delivery": OptionReference(types=("boolean",))},
        signature_kinds=("none", "signature"),
        hazard_classes=("3", "9"),
        lithium_kinds=("ion_in_equipment",),
        paid_by=("sender", "recipient"),
        content_types=("gift", "merchandise"),
        incoterms=("DAP", "DDP"),
        shipment_statuses=("draft", "created"),
        refund_statuses=("submitted", "refunded"),
        tracker_statuses=("in_transit", "delivered"),
        incident_reasons=("customs_delay",),
        carriers={"sandbox": "Sandbox", "ups": "UPS"},
    )
