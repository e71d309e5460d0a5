"""Refusals: what a carrier cannot do, told by its profile before any call is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.carriers.gateway.address_texts import HOW_LONG, lines_of, names_of
from chalicelib.carriers.gateway.messages import told
from chalicelib.carriers.gateway.options import AMOUNTS, contradicting, not_honoured
from chalicelib.carriers.gateway.requests import origin_and_destination
from chalicelib.carriers.gateway.untold import fields_to_sell, fields_to_void
from chalicelib.domain.carrier_details import PACKAGING_TYPES
from chalicelib.domain.customs import needs_customs
from chalicelib.domain.measures import CENTIMETRES_PER, GRAMS_PER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.carriers.gateway.requests import Dialect
    from chalicelib.carriers.profiles.profile import Capability, LabelFormat, Profile
    from chalicelib.domain.customs import Customs
    from chalicelib.domain.messages import Message
    from chalicelib.domain.options import Options
    from chalicelib.domain.ports import Connection, PurchaseRequest, VoidRequest
    from chalicelib.domain.rates import RateRequest
    from chalicelib.domain.shipments import ShipmentFields


class Refusals:
    """Says of one connection and its carrier what cannot be asked of them."""

    def __init__(self, connection: Connection, dialect: Dialect) -> None:
        self._connection = connection
        self._dialect = dialect
        self._profile = dialect.profile

    def of_rates(self, request: RateRequest) -> list[Message]:
        """Return why the carrier cannot quote; nothing where it can be asked."""
        return [*self._capability("rating"), *self._lane(request)] or [
            *self._account("rating", request),
            *self._required(request),
            *self._lines(request),
            *self._services(request),
            *self._parcels(request),
            *self._options(request),
            *self._paper(request.options),
            *self._crossing(request),
        ]

    def of_purchase(self, order: PurchaseRequest) -> list[Message]:
        """Return why the carrier cannot sell this label; nothing where it can be asked."""
        request = order.shipment
        return [*self._capability("shipping"), *self._lane(request)] or [
            *self._account("shipping", request),
            *self._required(request),
            *self._lines(request),
            *self._bought_service(order),
            *self._parcels(request),
            *self._options(request),
            *self._label(order),
            *self._crossing(request),
        ]

    def of_capability(self, capability: Capability) -> list[Message]:
        """Return whether the carrier does not do this at all, as one message or none."""
        return list(self._capability(capability))

    def of_void(self, request: VoidRequest) -> list[Message]:
        """Return why the carrier cannot take this label back; nothing where it can be asked."""
        return [*self._capability("voiding"), *self._untold_to_void(request.shipment)]

    def of_later_void(self, order: PurchaseRequest) -> list[Message]:
        """Return warnings of what a label lacks to be taken back, should it come to that: it is sold all the same."""
        return [one.model_copy(update={"level": "warning"}) for one in self._untold_to_void(order.shipment)]

    def _untold_to_void(self, shipment: RateRequest | ShipmentFields | None) -> Iterator[Message]:
        for field in fields_to_void(self._profile, shipment):
            sentence = f"takes a label back only where it is told {field}, and here it was not"
            yield self._told("required_to_void", sentence, **{field: "This field is required"})

    def _told(self, code: str, sentence: str, **details: str) -> Message:
        return told(self._connection, code, f"{self._profile.display_name} {sentence}", details)

    def _capability(self, capability: Capability) -> Iterator[Message]:
        if capability not in self._profile.capabilities:
            code, sentence = _CANNOT[capability]
            yield self._told(code, sentence)

    def _account(self, capability: Capability, request: RateRequest) -> Iterator[Message]:
        payment = request.payment
        if payment.paid_by != "sender" and not payment.account_number:
            yield self._told(
                "account_number_required",
                f"wants to know the account of the {payment.paid_by.replace('_', ' ')} who pays",
                **{"payment.account_number": "This field is required"},
            )
        own = self._connection.credentials.reveal().get("account_number")
        if capability in self._profile.account_number_for and not own:
            yield self._told(
                "account_number_required",
                f"wants to know the account number for {capability}: add it to the connection's credentials",
                **{"credentials.account_number": "This field is required"},
            )

    def _lane(self, request: RateRequest) -> Iterator[Message]:
        """Yield why nothing is carried from there to there: then nothing else needs to be put right."""
        credentials = self._connection.credentials.reveal()
        country = credentials.get("account_country_code") or self._profile.account_country_code
        if country and request.shipper.country_code != country:
            yield self._told(
                "origin_not_served",
                f"does not ship from {request.shipper.country_code} by this connection: its account is in {country}",
                **{"shipper.country_code": request.shipper.country_code},
            )
        elif self._profile.home_only and request.recipient.country_code != country:
            where = {"recipient.country_code": request.recipient.country_code}
            yield self._told("lane_not_served", self._profile.home_only, **where)

    def _required(self, request: RateRequest) -> Iterator[Message]:
        """Yield all fields at once that the carrier must know, and that are not told."""
        if fields := fields_to_sell(self._profile, request):
            sentence = f"wants to know {', '.join(fields)}"
            yield self._told("field_required", sentence, **dict.fromkeys(fields, "This field is required"))

    def _lines(self, request: RateRequest) -> Iterator[Message]:
        """Yield the lines and names that would be cut: a parcel must not go to half an address."""
        for kind, longest, told_texts in (
            ("address_line", self._profile.longest_address_line, lines_of(request)),
            ("name", self._profile.longest_name, names_of(request)),
        ):
            for field, text in told_texts:
                if longest is not None and len(text) > longest:
                    sentence = f"takes at most {longest} characters in {HOW_LONG[kind]}"
                    yield self._told(f"{kind}_too_long", sentence, **{field: f"At most {longest} characters"})

    def _services(self, request: RateRequest) -> Iterator[Message]:
        """Yield a refusal where none of the wanted services is the carrier's; others may be other carriers'."""
        wanted = request.services or ()
        if wanted and self._dialect.entry.services.keys().isdisjoint(wanted):
            yield self._told("unknown_service", f"has no service {' or '.join(wanted)}", services=", ".join(wanted))

    def _bought_service(self, order: PurchaseRequest) -> Iterator[Message]:
        service = order.rate.service
        offered_unlisted = (order.rate.meta or {}).get("unlisted_service") is True
        if service not in self._dialect.entry.services and not offered_unlisted:
            yield self._told("unknown_service", f"has no service {service}", service=service)

    def _parcels(self, request: RateRequest) -> Iterator[Message]:
        most = self._profile.most_parcels if "multi_parcel" in self._profile.capabilities else 1
        if len(request.parcels) > most:
            sentence = f"takes at most {most} parcel{'s' if most > 1 else ''} in one shipment"
            yield self._told("too_many_parcels", sentence, parcels=str(len(request.parcels)))
        if not request.parcels:
            yield self._told("no_parcels", "wants to know what is sent", parcels="This field is required")
        for index, parcel in enumerate(request.parcels):
            yield from self._units(index, request)
            preset = parcel.package_preset
            if preset and preset not in self._dialect.entry.package_presets:
                field = f"parcels.{index}.package_preset"
                yield self._told("preset_not_supported", f"has no packaging {preset}", **{field: preset})
            packaging = parcel.packaging_type
            if packaging and packaging not in (*PACKAGING_TYPES, *self._dialect.entry.packaging_types):
                field = f"parcels.{index}.packaging_type"
                yield self._told("packaging_not_supported", f"has no packaging type {packaging}", **{field: packaging})

    def _units(self, index: int, request: RateRequest) -> Iterator[Message]:
        """Yield what is measured without a unit, or not at all: the SDK would guess pounds, or send no weight."""
        parcel = request.parcels[index]
        if not parcel.weight or parcel.weight_unit not in GRAMS_PER:
            yield self._missing_unit(f"parcels.{index}.weight_unit")
        if (parcel.length or parcel.width or parcel.height) and parcel.dimension_unit not in CENTIMETRES_PER:
            yield self._missing_unit(f"parcels.{index}.dimension_unit")

    def _missing_unit(self, field: str) -> Message:
        return self._told(
            "missing_unit", "wants each weight and size with its unit", **{field: "This field is required"}
        )

    def _options(self, request: RateRequest) -> Iterator[Message]:
        profile, entry = self._profile, self._dialect.entry
        all_options = (request.options, *(parcel.options for parcel in request.parcels))
        names = {name for options in all_options for name in not_honoured(options, profile, entry)}
        for name in sorted(names):
            yield self._told("option_not_supported", f"does not offer the option {name}", option=name)
        for option, other in (pair for options in all_options for pair in contradicting(options, profile)):
            where = {f"options.{option}": f"Not with another {other}", f"options.{other}": f"Not with another {option}"}
            sentence = f"has one place for {option} and {other}: tell one of them, or the same in both"
            yield self._told("options_contradict", sentence, **where)
        yield from self._amounts(request.options)

    def _paper(self, options: Options) -> Iterator[Message]:
        """Yield a refusal where no label of any type has the wanted size and density."""
        size, dpi = options.label_size, options.label_dpi
        if (size or dpi) and not any(_fits(label, size, dpi) for label in self._profile.labels):
            yield self._no_label(_paper_text(options))

    def _label(self, order: PurchaseRequest) -> Iterator[Message]:
        if label_format(self._profile, order) is None:
            yield self._no_label(f"{order.label_type} {_paper_text(order.shipment.options)}".strip())

    def _no_label(self, wanted: str) -> Message:
        printed = sorted({_label_text(label) for label in self._profile.labels})
        sentence = f"prints no label of the kind {wanted}"
        return self._told("label_not_supported", sentence, label=wanted, printed=", ".join(printed))

    def _crossing(self, request: RateRequest) -> Iterator[Message]:
        if request.is_return:
            yield from self._capability("returns")
        origin, destination = origin_and_destination(request)
        if not needs_customs(origin, destination, request.parcels):
            return
        yield from self._capability("customs")
        if request.customs is None or not request.customs.commodities:
            lane = f"from {origin.country_code} to {destination.country_code}"
            yield self._told(
                "customs_required",
                f"needs a customs declaration with its commodities for a parcel {lane}",
                customs="This field is required",
            )
            return
        yield from self._worth(request.customs, request.options)

    def _amounts(self, options: Options) -> Iterator[Message]:
        """Yield a refusal where the carrier would take an option's amount for one in its own currency."""
        own = self._profile.customs_currency
        if own in ("", "one") or options.currency in (None, own) or options.asked().isdisjoint(AMOUNTS):
            return
        where = {"options.currency": str(options.currency)}
        yield self._told("currency_not_supported", f"takes the amounts of options in {own} alone", **where)

    def _worth(self, customs: Customs, options: Options) -> Iterator[Message]:
        """Yield a refusal where the carrier would take values in one currency for values in another."""
        wanted = self._profile.customs_currency
        found = (commodity.value_currency or options.currency for commodity in customs.commodities)
        told = {currency for currency in found if currency}
        if wanted == "one" and len(told) > 1:
            yield self._currency("takes the values of all commodities in one currency", told)
        elif wanted not in ("", "one") and told - {wanted}:
            yield self._currency(f"takes the values of commodities in {wanted} alone", told)

    def _currency(self, sentence: str, told: set[str]) -> Message:
        where = {"customs.commodities.value_currency": ", ".join(sorted(told))}
        return self._told("customs_currency_not_supported", sentence, **where)


def label_format(profile: Profile, order: PurchaseRequest) -> LabelFormat | None:
    """Return the label that is printed: of the wanted type, and of the wanted size and density or its usual ones."""
    size, dpi = order.shipment.options.label_size, order.shipment.options.label_dpi
    fitting = (label for label in profile.labels if label.label_type == order.label_type and _fits(label, size, dpi))
    return next(fitting, None)


_CANNOT: dict[Capability, tuple[str, str]] = {
    "rating": ("rating_not_supported", "tells no prices here: its parcels can be followed alone"),
    "shipping": ("shipping_not_supported", "sells no labels here"),
    "voiding": ("void_not_supported", "takes no labels back: an unused one is to be settled with the carrier"),
    "tracking": ("tracking_not_supported", "does not tell where parcels are"),
    "returns": ("returns_not_supported", "sells no return labels here"),
    "multi_parcel": ("too_many_parcels", "takes one parcel a shipment"),
    "customs": ("customs_not_supported", "does not take customs declarations here"),
}
"""What is said where a carrier lacks a capability."""


def _fits(label: LabelFormat, size: str | None, dpi: int | None) -> bool:
    return size in (None, label.size) and dpi in (None, label.dpi)


def _paper_text(options: Options) -> str:
    density = f"{options.label_dpi} dpi" if options.label_dpi else ""
    return " ".join(text for text in (options.label_size, density) if text)


def _label_text(label: LabelFormat) -> str:
    return f"{label.label_type} {label.size}" + (f" {label.dpi} dpi" if label.dpi else "")
