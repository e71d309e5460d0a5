"""Tables on the engine, and a connection that fails when it is told to."""

from collections.abc import Callable
from typing import TypeAlias

from botocore.exceptions import ClientError

from chalicelib.domain.objects import JsonObject
from chalicelib.storage.capacity import READS
from chalicelib.storage.schema import create_tables
from chalicelib.storage.shipments import ShipmentsTable, StoredShipments
from chalicelib.storage.tables import CountingConnection, TableSettings, bind, bind_to, connection_of
from chalicelib.storage.trackers import StoredTrackers, TrackersTable

REGION = "eu-central-1"

Ask: TypeAlias = Callable[[str, JsonObject], JsonObject]
Around: TypeAlias = Callable[[Ask, str, JsonObject], JsonObject]


def settings_of(endpoint: str, prefix: str) -> TableSettings:
    return TableSettings(prefix, REGION, endpoint)


class FaultyConnection(CountingConnection):
    """Lets `around` decide what becomes of each call."""

    def __init__(self, settings: TableSettings) -> None:
        self.pauses: list[float] = []
        super().__init__(settings, sleep=self.pauses.append)
        self._client = connection_of(bind(ShipmentsTable, settings)).client  # making one takes as long as a test
        self.around: Around = just_ask

    def ask(self, operation: str, arguments: JsonObject) -> JsonObject:
        return self.around(super().ask, operation, arguments)


class Repositories:
    """Shipments and trackers in fresh tables, over a connection of their own."""

    def __init__(self, settings: TableSettings) -> None:
        create_tables(settings, [ShipmentsTable, TrackersTable])
        self.connection = FaultyConnection(settings)
        shipments = bind_to(self.connection, ShipmentsTable, settings)
        trackers = bind_to(self.connection, TrackersTable, settings)
        self.shipments = StoredShipments(shipments, trackers)
        self.trackers = StoredTrackers(trackers, shipments)

    def fail(self, *faults: Exception, operation: str = "") -> None:
        """Let the next calls (of that operation, if one is told) end so, one after the other."""
        left = list(faults)

        def next_fault(ask: Ask, asked: str, arguments: JsonObject) -> JsonObject:
            if left and operation in {"", asked}:
                raise left.pop(0)
            return ask(asked, arguments)

        self.connection.around = next_fault

    def ask_twice(self) -> None:
        """Let the client make each write a second time, as it does when the first answer is lost."""

        def again(ask: Ask, operation: str, arguments: JsonObject) -> JsonObject:
            if operation not in READS:
                ask(operation, arguments)
            return ask(operation, arguments)

        self.connection.around = again

    def answer_parts(self, size: int) -> None:
        """Let a BatchGetItem answer no more than `size` items at once."""

        def part(ask: Ask, operation: str, arguments: JsonObject) -> JsonObject:
            if operation != "BatchGetItem":
                return ask(operation, arguments)
            ((table, wanted),) = arguments["RequestItems"].items()
            now, later = wanted["Keys"][:size], wanted["Keys"][size:]
            answer = ask(operation, {"RequestItems": {table: wanted | {"Keys": now}}}) if now else {"Responses": {}}
            return answer | {"UnprocessedKeys": {table: {"Keys": later}} if later else {}}

        self.connection.around = part

    def meanwhile(self, change: Callable[[], object], after: str, skip: int = 0) -> None:
        """Let somebody `change` something once, after a call of that operation, the first ones skipped."""
        left = iter(range(skip))

        def interrupted(ask: Ask, operation: str, arguments: JsonObject) -> JsonObject:
            answer = ask(operation, arguments)
            if operation == after and next(left, None) is None:
                self.connection.around = just_ask
                change()
            return answer

        self.connection.around = interrupted


def just_ask(ask: Ask, operation: str, arguments: JsonObject) -> JsonObject:
    return ask(operation, arguments)


def answered(code: str, *reasons: str, status: int = 400) -> ClientError:
    """The error that the client makes of DynamoDB's answer; `reasons` are those of a cancelled transaction."""
    response: JsonObject = {"Error": {"Code": code, "Message": "told by a test"}}
    response["ResponseMetadata"] = {"HTTPStatusCode": status}
    if reasons:
        response["CancellationReasons"] = [{"Code": reason} for reason in reasons]
    return ClientError(response, "AnyOperation")
