"""Tables: bound without mixing, counted, made wherever they are missing, and swept."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta

import pytest
from moto import mock_aws
from pynamodb.attributes import NumberAttribute, TTLAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.storage.capacity import counting
from chalicelib.storage.expiry import sweep_expired
from chalicelib.storage.schema import TABLE_MODULES, SchemaError, all_tables, create_tables
from chalicelib.storage.tables import ConditionFailed, Table, TableSettings, bind, connection_of, dispatch, table_name
from tests.builders import NOW
from tests.integration.tables import REGION, settings_of


class Things(Table):
    table = "things"

    shelf = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    amount = NumberAttribute(null=True)
    ttl = TTLAttribute(null=True)


class ThingsByAmount(GlobalSecondaryIndex["OtherThings"]):  # type: ignore[no-untyped-call]  # PynamoDB's
    class Meta:
        index_name = "by_amount"
        projection = KeysOnlyProjection()

    amount = NumberAttribute(hash_key=True)


class IndexedThings(Things):
    by_amount = ThingsByAmount()


class OtherThings(Table):
    table = "things"

    id = NumberAttribute(hash_key=True)


@pytest.fixture
def settings(dynamodb_endpoint: str, table_prefix: str) -> TableSettings:
    return settings_of(dynamodb_endpoint, table_prefix)


@pytest.fixture
def things(settings: TableSettings) -> type[Things]:
    create_tables(settings, [Things])
    return bind(Things, settings)


@pytest.fixture
def aws() -> Iterator[TableSettings]:
    with mock_aws():
        yield TableSettings("dray-test-", REGION)


class TestBinding:
    def test_the_same_settings_give_the_same_class(self, settings: TableSettings) -> None:
        again = TableSettings(settings.prefix, settings.region, settings.endpoint)

        assert bind(Things, settings) is bind(Things, again)

    def test_two_settings_in_one_process_do_not_mix(self, settings: TableSettings) -> None:
        other = TableSettings(settings.prefix + "other-", settings.region, settings.endpoint)
        for where in (settings, other):
            create_tables(where, [Things])

        bind(Things, settings)("shelf", "1", amount=1).save()

        with pytest.raises(bind(Things, other).DoesNotExist):
            bind(Things, other).get("shelf", "1")
        assert bind(Things, settings).get("shelf", "1").amount == 1

    def test_all_tables_of_an_endpoint_share_one_client(self, settings: TableSettings) -> None:
        other = TableSettings("other-", settings.region, settings.endpoint)

        assert connection_of(bind(Things, settings)).client is connection_of(bind(OtherThings, other)).client

    def test_what_the_authorizer_imports_is_light(self) -> None:
        program = (
            "import sys, chalicelib.storage.tables, chalicelib.storage.capacity;"
            "print([name for name in ('boto3', 'pydantic', 'chalice') if name in sys.modules])"
        )

        told = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        )

        assert told.stdout.strip() == "[]"


class TestConditions:
    def test_a_lost_condition_tells_what_is_stored(self, things: type[Things]) -> None:
        stored = {"shelf": {"S": "s"}, "id": {"S": "1"}, "amount": {"N": "7"}}
        new = {"ConditionExpression": "attribute_not_exists(id)"}
        dispatch(things, "PutItem", {"Item": stored})

        with pytest.raises(ConditionFailed) as raised:
            dispatch(things, "PutItem", {"Item": stored | {"amount": {"N": "8"}}, **new})

        assert raised.value.stored == {0: stored}

    def test_a_transaction_tells_by_position(self, things: type[Things]) -> None:
        stored = {"shelf": {"S": "s"}, "id": {"S": "1"}}
        name = table_name(things)
        new = {"TableName": name, "ConditionExpression": "attribute_not_exists(id)"}
        dispatch(things, "PutItem", {"Item": stored})
        missing = {"TableName": name, "Key": stored | {"id": {"S": "3"}}, "ConditionExpression": "attribute_exists(id)"}
        parts = [
            {"Put": new | {"Item": stored | {"id": {"S": "2"}}}},
            {"Put": new | {"Item": stored}},
            {"Delete": missing},
        ]

        with pytest.raises(ConditionFailed) as raised:
            dispatch(things, "TransactWriteItems", {"TransactItems": parts})

        assert raised.value.stored == {1: stored, 2: None}


class TestCounting:
    def test_reads_writes_and_calls_are_told_apart(self, things: type[Things]) -> None:
        with counting() as consumed:
            things("s", "1").save()
            things.get("s", "1", consistent_read=True)
            things.get("s", "1")

        assert (consumed.write_units, consumed.read_units, consumed.calls) == (1, 1.5, 3)

    def test_blocks_may_be_nested_and_nothing_is_counted_outside(self, things: type[Things]) -> None:
        with counting() as outer:
            things("s", "1").save()
            with counting() as inner:
                things("s", "2").save()
        things("s", "3").save()

        assert (outer.write_units, inner.write_units) == (2, 1)

    def test_threads_in_a_copy_of_the_context_are_counted(self, things: type[Things]) -> None:
        with counting() as consumed, ThreadPoolExecutor(4) as threads:
            for at in range(8):
                threads.submit(copy_context().run, things("s", str(at)).save).result()

        assert consumed.write_units == 8


class TestMaking:
    def test_missing_tables_are_made_and_the_others_left(self, settings: TableSettings) -> None:
        assert create_tables(settings, [Things]) == [f"{settings.prefix}things"]
        bind(Things, settings)("s", "1").save()

        assert create_tables(settings, [Things]) == []
        assert bind(Things, settings).get("s", "1").id == "1"

    def test_a_table_with_another_key_is_a_sentence(self, settings: TableSettings) -> None:
        create_tables(settings, [OtherThings])

        with pytest.raises(SchemaError, match="its key is id and not shelf, id; id is of type N and not S"):
            create_tables(settings, [Things])

    @pytest.mark.parametrize("where", ["settings", "aws"])
    def test_a_table_of_an_earlier_version_gets_the_index_that_is_new(
        self, request: pytest.FixtureRequest, where: str
    ) -> None:
        at: TableSettings = request.getfixturevalue(where)
        create_tables(at, [Things])
        bind(Things, at)("shelf", "before", amount=7).save()

        made = create_tables(at, [IndexedThings])

        bind(Things, at)("shelf", "after", amount=7).save()
        found = [str(thing.id) for thing in bind(IndexedThings, at).by_amount.query(7)]
        assert made == []
        assert sorted(found) == ["after", "before"]

    def test_an_endpoint_that_does_not_answer_is_a_sentence(self) -> None:
        with pytest.raises(SchemaError, match="cannot be asked"):
            create_tables(TableSettings("x-", REGION, "http://127.0.0.1:1"), [Things])

    def test_in_aws_they_are_on_demand_recoverable_and_expire(self, aws: TableSettings) -> None:
        create_tables(aws, [Things])

        client = connection_of(bind(Things, aws)).client
        name = {"TableName": "dray-test-things"}
        table = client.describe_table(**name)["Table"]
        backups = client.describe_continuous_backups(**name)["ContinuousBackupsDescription"]
        assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
        assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
        assert client.describe_time_to_live(**name)["TimeToLiveDescription"]["AttributeName"] == "ttl"

    def test_all_tables_are_made_from_one_list(self, settings: TableSettings) -> None:
        made = create_tables(settings, all_tables())

        assert made == [f"{settings.prefix}{name}" for name in TABLE_MODULES]


class TestSweeping:
    def test_what_has_expired_goes_and_the_rest_stays(self, settings: TableSettings, things: type[Things]) -> None:
        with things.batch_write() as batch:
            for at in range(450):
                batch.save(things("s", f"{at:03}", ttl=NOW + timedelta(seconds=at % 2 * 3600 - 1800)))
        things("s", "forever").save()

        deleted = sweep_expired(settings, [Things], NOW)

        left = [thing.id for thing in things.query("s")]
        assert deleted == 225
        assert left == [*(f"{at:03}" for at in range(1, 450, 2)), "forever"]

    def test_tables_without_expiry_are_not_touched(self, settings: TableSettings) -> None:
        create_tables(settings, [OtherThings])

        with counting() as consumed:
            assert sweep_expired(settings, [OtherThings], NOW) == 0

        assert consumed.calls == 0
