"""`./dray sweep` and `./dray sandbox ledger`: what an operator sees of stuck purchases and of the sandbox's books."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from chalicelib.config import Settings
from chalicelib.domain.errors import CarrierTimeout
from chalicelib.domain.tenants import Tenant
from chalicelib.storage.schema import all_tables, create_tables
from cli.main import dray
from local.engine import Engine
from local.engine_package import engine_program
from tests.builders import a_shipment
from tests.fake_carrier import ANSWER_LOST
from tests.faults.faulty_services import FaultyServices
from tests.faults.operations import carry_out


@dataclass
class Instance:
    """A data folder whose engine runs, and the services on it an hour ago."""

    folder: Path
    services: FaultyServices
    tenant: Tenant

    def bought(self) -> str:
        return str(carry_out(self.services, self.tenant.account_id, "purchase", self.draft())["purchase_id"])

    def draft(self) -> str:
        record = a_shipment(now=self.services.clock())
        self.services.shipment_repository.add(self.tenant, record)
        return record.id

    def run(self, *words: str) -> str:
        done = CliRunner().invoke(dray, [*words, "--data-dir", str(self.folder)])
        assert done.exit_code == 0, done.output
        return done.stdout

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json"))


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    with Engine(engine_program()) as engine:
        settings = {
            "TABLE_PREFIX": "dray-local-",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "DYNAMODB_ENDPOINT": engine.endpoint,
            "LABEL_FOLDER": str(tmp_path / "labels"),
            "KEY_FILE": str(tmp_path / "key"),
        }
        told = {"pid": os.getpid(), "endpoint": engine.endpoint, "table_prefix": "dray-local-"}
        (tmp_path / "instance.json").write_text(json.dumps(told))
        services = FaultyServices(Settings.read(settings), offset_s=-3600)
        create_tables(services.tables, all_tables())
        account = services.accounts.create("Gears & Co", services.clock())
        yield Instance(tmp_path, services, Tenant(account.id, "test"))


def test_the_ledger_tells_what_the_sandbox_sold_and_took_back(instance: Instance) -> None:
    first, second = instance.bought(), instance.draft()
    carry_out(instance.services, instance.tenant.account_id, "purchase", second)
    carry_out(instance.services, instance.tenant.account_id, "void", second)

    told = instance.json("sandbox", "ledger")

    assert [sale["voided_at"] is None for sale in told] == [False, True]
    assert told[1]["purchase_id"] == first
    assert told[1]["account_id"] == instance.tenant.account_id
    assert told[1]["tracking_number"] == told[1]["tracking_numbers"][0]
    assert told[1]["sold_at"].endswith("Z")
    assert instance.json("sandbox", "ledger", "--account", instance.tenant.account_id) == told


def test_a_person_gets_the_ledger_as_a_table(instance: Instance) -> None:
    purchase_id = instance.bought()

    heading, row = instance.run("sandbox", "ledger").splitlines()

    assert heading.split() == ["account_id", "purchase_id", "tracking_number", "sold_at", "voided_at"]
    assert purchase_id in row


def test_a_sweep_settles_what_is_stuck_and_tells_it(instance: Instance) -> None:
    shipment_id = instance.draft()
    instance.services.carrier.will("buy", ANSWER_LOST)
    with pytest.raises(CarrierTimeout):
        carry_out(instance.services, instance.tenant.account_id, "purchase", shipment_id)

    assert instance.json("sweep") == {"settled": 1, "open": 0, "passed_over": 0, "is_complete": True}

    assert instance.services.shipment_repository.get(instance.tenant, shipment_id).state == "created"
    assert instance.run("sweep") == "0 settled, 0 still open, 0 passed over.\n"
