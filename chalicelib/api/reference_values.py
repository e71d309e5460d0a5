"""Reference values: what `/v1/references` answers, from the very tables that requests are checked by."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from chalicelib.api.schemas.references import CountryReference, CurrencyReference, OptionReference, References
from chalicelib.carriers.details import details
from chalicelib.domain.address_rules import states
from chalicelib.domain.carrier_details import PACKAGING_TYPES, contract_options, option_types
from chalicelib.domain.countries import COUNTRIES, default_currency
from chalicelib.domain.currencies import CURRENCIES
from chalicelib.domain.currency_names import CURRENCY_NAMES
from chalicelib.domain.customs import ContentType, Incoterm, PaidBy
from chalicelib.domain.measures import CENTIMETRES_PER, GRAMS_PER
from chalicelib.domain.options import HazardClass, LabelDpi, LabelSize, LithiumKind, SignatureKind
from chalicelib.domain.shipments import LabelType, RefundStatus, ShipmentStatus
from chalicelib.domain.trackers import INCIDENT_REASONS, TRACKER_STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterable


def references(carrier_names: Iterable[str]) -> References:
    """Return all of it, with these carriers."""
    return References(
        countries={code: _country(code) for code in COUNTRIES},
        currencies={
            code: CurrencyReference(name=CURRENCY_NAMES[code], digits=digits) for code, digits in CURRENCIES.items()
        },
        weight_units=GRAMS_PER,
        dimension_units=CENTIMETRES_PER,
        label_types=get_args(LabelType),
        label_sizes=get_args(LabelSize),
        label_dpis=get_args(LabelDpi),
        packaging_types=PACKAGING_TYPES,
        options={name: OptionReference(types=option_types(name)) for name in contract_options()},
        signature_kinds=get_args(SignatureKind),
        hazard_classes=get_args(HazardClass),
        lithium_kinds=get_args(LithiumKind),
        paid_by=get_args(PaidBy),
        content_types=get_args(ContentType),
        incoterms=get_args(Incoterm),
        shipment_statuses=get_args(ShipmentStatus),
        refund_statuses=get_args(RefundStatus),
        tracker_statuses=TRACKER_STATUSES,
        incident_reasons=INCIDENT_REASONS,
        carriers={name: details(name).display_name for name in sorted(carrier_names)},
    )


def _country(code: str) -> CountryReference:
    return CountryReference(name=COUNTRIES[code], currency=default_currency(code), states=dict(states(code)))
