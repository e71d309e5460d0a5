"""The vault: credentials decrypted when a carrier is asked, and kept in memory for a moment."""

from __future__ import annotations

import time
from collections import OrderedDict
from functools import partial
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING

from chalicelib import logs
from chalicelib.domain.credentials import Credentials, encryption_context, of_plaintext
from chalicelib.domain.errors import CarrierUnavailable, Unavailable
from chalicelib.domain.messages import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalicelib.domain.connections import ConnectionRecord
    from chalicelib.domain.ports import Encryption
    from chalicelib.domain.tenants import Tenant

MOST_KEPT = 256
"""So many connections' credentials are kept at once: those that were used last."""

KEPT_S = 60.0
"""So long they are kept: a call of KMS takes some milliseconds and costs money."""

UNREADABLE = "credentials_unreadable"


class Vault:
    """Opens stored credentials. They are kept by the connection's id and version, so that a change counts at once."""

    def __init__(self, encryption: Callable[[], Encryption], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._encryption = encryption
        self._monotonic = monotonic
        self._kept: OrderedDict[tuple[str, str, int], tuple[float, Mapping[str, str | int]]] = OrderedDict()
        self._turn = Lock()

    def credentials(self, tenant: Tenant, record: ConnectionRecord) -> Credentials:
        """Return the connection's credentials, decrypted when they are first needed.

        That raises `CarrierUnavailable`, which names the connection, when they can't be decrypted.
        """
        return Credentials(partial(self._open, tenant, record))

    def _open(self, tenant: Tenant, record: ConnectionRecord) -> Mapping[str, str | int]:
        key = tenant.key, record.id, record.version
        if (kept := self._find(key)) is not None:
            return kept
        try:
            plaintext = self._encryption().decrypt(record.sealed_credentials, encryption_context(tenant, record.id))
        except ValueError as error:
            logs.logger().warning(UNREADABLE, extra={"fields": {"connection": record.id}})
            raise _unreadable(record, "cannot be decrypted: send them anew by PATCH") from error
        except Unavailable as error:
            raise _unreadable(record, "cannot be decrypted for the moment: ask again") from error
        fields = MappingProxyType(of_plaintext(plaintext))  # shared between requests
        self._keep(key, fields)
        return fields

    def _find(self, key: tuple[str, str, int]) -> Mapping[str, str | int] | None:
        with self._turn:
            self._forget_old()
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][1]

    def _keep(self, key: tuple[str, str, int], fields: Mapping[str, str | int]) -> None:
        with self._turn:
            self._kept[key] = self._monotonic() + KEPT_S, fields
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)

    def _forget_old(self) -> None:
        now_s = self._monotonic()
        for key in [key for key, (until_s, _) in self._kept.items() if until_s <= now_s]:
            del self._kept[key]


def _unreadable(record: ConnectionRecord, what: str) -> CarrierUnavailable:
    told = f"The credentials of the connection {record.carrier_id} to {record.carrier_name} {what}"
    message = Message(message=told, code=UNREADABLE, carrier_name=record.carrier_name, carrier_id=record.carrier_id)
    return CarrierUnavailable(told, (message,))
