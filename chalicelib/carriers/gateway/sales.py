"""Sales: a label that a carrier sold, typed, and known to be whole before anybody relies on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.carriers.gateway.answers import without_nulls
from chalicelib.carriers.gateway.bounds import LONGEST_LINK, Unusable, bounded_meta, identifier_of, known, number_of
from chalicelib.carriers.gateway.documents import (
    Unreadable,
    content_of,
    label_content,
    label_document,
    labels_in,
    paper,
    split,
)
from chalicelib.carriers.gateway.hooks import guarded, partly_read
from chalicelib.carriers.gateway.messages import told
from chalicelib.carriers.gateway.sold_prices import sold_rate
from chalicelib.domain.errors import CarrierUnavailable
from chalicelib.domain.ports import Sale

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from chalicelib.carriers.gateway.documents import Content
    from chalicelib.carriers.gateway.sdk import SdkAnswer
    from chalicelib.carriers.profiles.profile import LabelFormat, Profile
    from chalicelib.domain.messages import Message
    from chalicelib.domain.objects import JsonObject
    from chalicelib.domain.ports import Connection, Document, PurchaseRequest

NOT_FOR_META = frozenset({"tracking_numbers", "package_tracking_numbers", "labels"})
LINKS = ("carrier_tracking_link", "tracking_url")


class Incomplete(Exception):
    """What came back is not a whole sale; its text says what is missing."""


@dataclass(frozen=True)
class Purchase:
    """A label that was asked for, and how."""

    connection: Connection
    profile: Profile
    order: PurchaseRequest
    label: LabelFormat

    @property
    def parcels(self) -> int:
        """How many parcels it is for."""
        return len(self.order.shipment.parcels)

    def sale(self, answer: SdkAnswer, messages: tuple[Message, ...], now: datetime) -> Sale:
        """Return the sale.

        Raises `CarrierUnavailable` with `maybe_done` for one that is not whole: it is paid for, and its message holds
        what is known of it, so that the label can be had from the carrier.
        """
        detail: Mapping[str, Any] = answer.result if isinstance(answer.result, dict) else {}
        try:
            return self._sale(answer, messages, now)
        except (Incomplete, Unreadable, Unusable) as fault:
            raise self.lost(detail, str(fault), messages) from fault
        except Exception as fault:  # an answer of any shape, of a label that is paid for: what is known of it is told
            raise self.lost(detail, "cannot be understood", messages) from fault

    def lost(self, detail: Mapping[str, Any], what: str, messages: tuple[Message, ...]) -> CarrierUnavailable:
        """Return the error of a label that was probably sold, with all that is known of it."""
        carrier = self.connection.carrier_id
        number = known(detail.get("tracking_number"))
        named = f" under the tracking number {number}" if number else ""
        sentence = f"The carrier {carrier} seems to have sold the label{named}, but its answer {what}"
        details = {
            "tracking_number": number,
            "shipment_identifier": known(detail.get("shipment_identifier")),
            "purchase_id": self.order.purchase_id,
        }
        named_details = {name: value for name, value in details.items() if value}
        message = told(self.connection, "sale_incomplete", sentence, named_details)
        return CarrierUnavailable(sentence, (message, *messages), maybe_done=True)

    def unclear(self, messages: tuple[Message, ...]) -> CarrierUnavailable:
        """Return the error of a request that the carrier accepted, and answered with errors instead of a label."""
        gravest = next((message for message in messages if message.level == "error"), messages[0])
        sentence = f"Whether the carrier {self.connection.carrier_id} sold the label is not known: {gravest.message}"
        message = told(self.connection, "sale_unknown", sentence, {"purchase_id": self.order.purchase_id})
        return CarrierUnavailable(sentence, (message, *messages), maybe_done=True)

    def _sale(self, answer: SdkAnswer, messages: tuple[Message, ...], now: datetime) -> Sale:
        detail = answer.result
        meta = without_nulls(detail.get("meta"))
        listed, is_read = self._listed(meta, answer.bodies)
        master, numbers = self._numbers(detail, listed)
        if len(numbers) < self.parcels and any(message.level == "error" for message in messages):
            raise Incomplete(f"holds {len(numbers)} of {self.parcels} parcels, and errors beside them")
        docs = detail.get("docs") or {}
        label = label_content(docs, self.order.label_type)
        if (printed := labels_in(label)) is not None and printed < self.parcels:
            raise Incomplete(f"holds {printed} of {self.parcels} labels")
        papers, unread = self._papers(docs)
        if not is_read:
            unread.append(partly_read(self.connection, self.profile, "the numbers of its parcels"))
        is_return = self.order.shipment.is_return
        rate, price = sold_rate(self.connection, self.profile, detail.get("selected_rate"), self.order.rate)
        return Sale(
            purchase_id=self.order.purchase_id,
            sold_at=now,
            tracking_numbers=numbers,
            master_number=None if master == numbers[0] else master,
            shipment_identifier=identifier_of(detail.get("shipment_identifier")) or master,
            rate=rate,
            documents=(label_document(label, self.label, is_return=is_return), *papers),
            parcel_labels=self._parcel_labels(label),
            tracking_url=_link(meta),
            messages=(*messages, *unread, *price),
            meta=bounded_meta(self._meta(detail, meta)),
        )

    def _listed(self, meta: Mapping[str, Any], bodies: Sequence[bytes]) -> tuple[Sequence[Any], bool]:
        """Return the parcels' numbers as they are listed anywhere, and whether the profile could look for them."""
        read, is_read = self.profile.parcel_numbers, True
        found: tuple[str, ...] = ()
        if read is not None:
            found, is_read = guarded(self.profile.carrier_name, "parcel_numbers", lambda: tuple(read(bodies)), found)
        return found or meta.get("tracking_numbers") or meta.get("package_tracking_numbers") or (), is_read

    def _numbers(self, detail: Mapping[str, Any], listed: Sequence[Any]) -> tuple[str, tuple[str, ...]]:
        """Return the master's number, and the parcels' in order, as trackers spell them.

        Raises `Incomplete` where there is none, and `Unusable` for one that no tracker could have.
        A parcel that has a number of its own has that; else the master's stands for the first parcel.
        """
        master = number_of(detail.get("tracking_number"))
        numbers = [number for number in dict.fromkeys(map(number_of, listed)) if number]
        master = master or (numbers[0] if numbers else "")
        if not master:
            raise Incomplete("has no tracking number")
        if master in numbers or len(numbers) < self.parcels:
            numbers = [master, *(number for number in numbers if number != master)]
        return master, tuple(numbers[: self.parcels])

    def _parcel_labels(self, label: Content) -> tuple[Document, ...]:
        if self.parcels == 1:
            return ()
        is_return = self.order.shipment.is_return
        apart = split(label, self.parcels)
        return tuple(label_document(content, self.label, is_return=is_return) for content in apart)

    def _papers(self, docs: Mapping[str, Any]) -> tuple[list[Document], list[Message]]:
        """Return the papers that go with the label, and a message for each that cannot be read, which fails no sale."""
        papers, unread = [], []
        for category, text in _papers_told(self.profile, docs):
            try:
                papers.append(paper(category, content_of(text)))
            except Unreadable as fault:
                sentence = f"The carrier {self.connection.carrier_id} sent a paper ({category}) that {fault}"
                message = told(self.connection, "document_unreadable", sentence, {"category": category})
                unread.append(message.model_copy(update={"level": "warning"}))
        return papers, unread

    def _meta(self, detail: Mapping[str, Any], meta: JsonObject) -> JsonObject:
        kept = {name: value for name, value in meta.items() if name not in NOT_FOR_META}
        name = (self.order.rate.meta or {}).get("service_name")
        if name and kept.get("service_name") in (None, self.order.rate.service):
            kept["service_name"] = name
        if returned := without_nulls(detail.get("return_shipment")):
            kept["return_shipment"] = returned
        return kept


def _papers_told(profile: Profile, docs: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    if docs.get("invoice"):
        yield profile.invoice_category, docs["invoice"]
    for document in docs.get("extra_documents") or ():
        if document.get("base64") or document.get("url"):
            yield str(document.get("category") or "other"), document.get("base64")


def _link(meta: Mapping[str, Any]) -> str | None:
    links = (meta.get(name) for name in LINKS)
    return next((link for link in links if isinstance(link, str) and _is_address(link)), None)


def _is_address(link: str) -> bool:
    return link.startswith(("https://", "http://")) and len(link) <= LONGEST_LINK and link.isprintable()
