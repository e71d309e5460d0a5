"""The first step to AWS: the package that `chalice package` makes, and a label bought through its API Gateway.

AWS is an emulator here, but the zip, the template, the roles and their policies are the real ones: a Lambda finds only
the packages of its zip and may do only what its policy allows.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.emulator import Emulator
from tests.e2e.packaging import ROOT, Package, packaged_clone
from tests.e2e.stack import (
    ThisMachine,
    address_of,
    create_stack,
    functions_of,
    make_data_resources,
    new_key,
    settings_of,
)
from tests.waiting import until

pytestmark = pytest.mark.xdist_group("packaged")  # one test process makes the package for all

AWAKE_S = 120.0
MEGABYTE = 1_000_000
MOST_ZIPPED = 50 * MEGABYTE
MOST_UNZIPPED = 200 * MEGABYTE

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
"""The Lambdas' Python is that of whoever makes the package: so Chalice has it."""

UNUSED = {"key_file.py"}
"""What is packaged and never imported in AWS."""

REFERENCE = "order-1001"
SHIPMENT = {
    "shipper": {
        "person_name": "Ada Nilsen",
        "address_line1": "350 Fifth Avenue",
        "city": "New York",
        "state_code": "NY",
        "postal_code": "10001",
        "country_code": "US",
    },
    "recipient": {
        "company_name": "Blue Barn Goods",
        "address_line1": "425 Market Street",
        "city": "San Francisco",
        "state_code": "CA",
        "postal_code": "94105",
        "country_code": "US",
    },
    "parcels": [{"weight": 2, "weight_unit": "LB"}],
    "reference": REFERENCE,
}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return packaged_clone(tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def unpacked(package: Package, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return package.unpacked_to(tmp_path_factory.mktemp("unpacked"))


def test_the_package_is_small_enough_for_lambda(package: Package) -> None:
    zipped, unzipped = package.zip.stat().st_size, sum(file.file_size for file in package.files())

    assert (zipped < MOST_ZIPPED, unzipped < MOST_UNZIPPED) == (True, True), f"{zipped} bytes, {unzipped} unzipped"


def test_the_package_holds_no_room_of_ours_but_the_app(package: Package) -> None:
    names = {file.filename for file in package.files()}

    rooms = ("local/", "cli/", "tests/", "benchmarks/")
    assert [name for name in names if name.startswith(rooms) and name.endswith(".py")] == []
    assert {name for name in names if name.startswith("chalice/")} == {"chalice/__init__.py", "chalice/app.py"}
    assert {name for name in names if name.startswith("chalicelib/")} == {
        str(path.relative_to(package.clone)) for path in package.clone.glob("chalicelib/**/*") if path.is_file()
    }


def test_the_package_holds_nothing_that_is_pinned_for_one_machine_or_for_tests(unpacked: Path) -> None:
    packaged = {folder.name.partition("-")[0].lower() for folder in unpacked.glob("*.dist-info")}

    pinned = {name for kind in ("local", "dev", "npm") for name in _pinned(ROOT / f"requirements-{kind}.txt")}
    assert packaged & pinned == set()
    assert packaged >= _pinned(ROOT / "requirements.txt")


def test_compiled_packages_run_on_the_lambdas_python_and_system(package: Package, unpacked: Path) -> None:
    wheels = {
        wheel: re.findall(r"Tag: (\S+)", wheel.read_text("utf-8")) for wheel in unpacked.glob("*.dist-info/WHEEL")
    }

    assert [wheel.parent.name for wheel, tags in wheels.items() if not any(map(_runs_in_lambda, tags))] == []
    assert {function["Runtime"] for function in functions_of(package.template).values()} == {f"python{PYTHON}"}


def test_the_gateway_remembers_the_authorizers_answer_for_a_minute(package: Package) -> None:
    api = package.template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]

    authorizers = api["securityDefinitions"].values()
    assert [one["x-amazon-apigateway-authorizer"]["authorizerResultTtlInSeconds"] for one in authorizers] == [60]


def test_all_that_the_app_imports_is_in_the_package(unpacked: Path) -> None:
    ours = [unpacked / "app.py", *(path for path in unpacked.glob("chalicelib/**/*.py") if path.name not in UNUSED)]
    imported = sorted(set().union(*map(_imported, ours)) - {"chalicelib.cloud.key_file"})
    script = (
        f"import sys, importlib; sys.path.insert(0, {str(unpacked)!r}); [*map(importlib.import_module, {imported})]"
    )

    bare = [sys.executable, "-I", "-S", "-B", "-c", script]
    done = subprocess.run(bare, capture_output=True, text=True, check=False)  # noqa: S603 - our own words

    assert done.returncode == 0, done.stderr


def _runs_in_lambda(tag: str) -> bool:
    """Whether a wheel with this tag runs there: pure Python, or compiled for x86-64 and a C library old enough."""
    abi = f"cp{PYTHON.replace('.', '')}"
    compiled = re.fullmatch(rf"cp3\d+-(?:{abi}|abi3)-manylinux_2_(\d+)_x86_64", tag)
    newest_libc = 26 if PYTHON == "3.11" else 34  # Amazon Linux 2, and 2023 from Python 3.12 on
    return tag.endswith("-none-any") or (compiled is not None and int(compiled[1]) <= newest_libc)


def _pinned(requirements: Path) -> set[str]:
    """The packages that a requirements file names, spelt as in the names of their folders."""
    found = re.findall(r"^([\w-]+)==", requirements.read_text(encoding="utf-8"), re.MULTILINE)
    return {name.lower().replace("-", "_") for name in found}


def _imported(path: Path) -> set[str]:
    """The modules that a file imports when it runs, anywhere in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    guarded = [
        node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    for_types = {inner for node in guarded for inner in ast.walk(node)}
    nodes = [node for node in ast.walk(tree) if node not in for_types]
    whole = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return whole | {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


@dataclass(frozen=True)
class Deployed:
    """The app in AWS: where it answers, and a key."""

    url: str
    key: str

    def client(self, key: str | None = None) -> httpx.Client:
        headers = {} if key == "" else {"Authorization": f"Bearer {key or self.key}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60, transport=ThisMachine())


@pytest.fixture(scope="module")
def deployed(package: Package, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with Emulator(tmp_path_factory.mktemp("aws")) as emulator:
        settings = settings_of(package.template)
        make_data_resources(emulator, settings)
        api_id = create_stack(emulator, package)
        app = Deployed(address_of(emulator, api_id), new_key(emulator))
        until(lambda: _is_awake(app), AWAKE_S, emulator.words)
        yield app


def _is_awake(deployed: Deployed) -> bool:
    """Whether a request passes authorizer and app: on a busy machine a Lambda's first start may last too long."""
    with deployed.client() as client:
        return client.get("/v1/shipments").status_code == 200


@pytest.fixture
def client(deployed: Deployed) -> Iterator[httpx.Client]:
    with deployed.client() as opened:
        yield opened


def _bought(client: httpx.Client) -> dict[str, Any]:
    created = client.post("/v1/shipments", json=SHIPMENT).raise_for_status()
    bought = client.post(f"/v1/shipments/{created.json()['id']}/purchase", json={"rate": "cheapest"})
    assert bought.status_code == 200, bought.text
    return dict(bought.json())


def test_a_key_compares_rates(client: httpx.Client) -> None:
    answer = client.post("/v1/rates", json=SHIPMENT)

    assert answer.status_code == 200, answer.text
    assert len({rate["service"] for rate in answer.json()["rates"]}) >= 4


def test_a_key_creates_a_shipment_and_buys_its_label(client: httpx.Client) -> None:
    shipment = _bought(client)

    assert shipment["status"] == "created"
    assert client.get(f"/v1/trackers/{shipment['tracker_id']}").json()["tracking_number"] == shipment["tracking_number"]


def test_the_label_comes_from_the_bucket_to_whoever_has_its_link(deployed: Deployed, client: httpx.Client) -> None:
    shipment = _bought(client)

    with deployed.client(key="") as anybody:
        answer = anybody.get(str(shipment["label_url"]), follow_redirects=True)

    assert [hop.status_code for hop in answer.history] == [302]
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF")


def test_the_label_comes_from_the_bucket_to_the_key(client: httpx.Client) -> None:
    shipment = _bought(client)

    answer = client.get(f"/v1/shipments/{shipment['id']}/label", follow_redirects=True)

    assert answer.content.startswith(b"%PDF")


def test_links_carry_the_stage(deployed: Deployed, client: httpx.Client) -> None:
    created = client.post("/v1/shipments", json=SHIPMENT)

    shipment_id = created.json()["id"]
    assert created.headers["Location"] == f"{deployed.url}/v1/shipments/{shipment_id}"
    assert str(_bought(client)["label_url"]).startswith(f"{deployed.url}/v1/files/")


def test_what_else_the_app_does_is_allowed_by_its_policy(client: httpx.Client) -> None:
    shipment = _bought(client)
    tracker = {"tracking_number": shipment["tracking_number"], "carrier_name": "sandbox"}

    answers = {
        "look up": client.get("/v1/shipments", params={"reference": REFERENCE}),
        "list": client.get("/v1/shipments", params={"limit": 1}),
        "change": client.patch(f"/v1/shipments/{shipment['id']}", json={"metadata": {"gift": True}}),
        "follow": client.post("/v1/trackers", json=tracker),
        "stop": client.delete(f"/v1/trackers/{shipment['tracker_id']}"),
        "void": client.delete(f"/v1/shipments/{shipment['id']}"),
        "new key": client.post("/v1/api_keys", json={"name": "Shop", "role": "standard"}),
        "keys": client.get("/v1/api_keys"),
    }

    assert {name: answer.text for name, answer in answers.items() if not answer.is_success} == {}
    assert shipment["id"] in [found["id"] for found in answers["look up"].json()["results"]]


def test_a_key_that_was_revoked_is_refused_at_once_though_the_gateway_remembers_it(
    deployed: Deployed, client: httpx.Client
) -> None:
    new = client.post("/v1/api_keys", json={"name": "Shop", "role": "standard"}).json()

    with deployed.client(new["key"]) as shop:
        before = shop.get("/v1/shipments").status_code
        client.delete(f"/v1/api_keys/{new['id']}").raise_for_status()
        after = shop.get("/v1/shipments")

    assert (before, after.status_code) == (200, 401)
    assert after.json()["error"]["code"] == "unauthorized"


@pytest.mark.parametrize(("key", "status"), [("", 401), ("dray_test_nobody", 403)])
def test_the_gateway_itself_refuses_who_has_no_valid_key(deployed: Deployed, key: str, status: int) -> None:
    with deployed.client(key) as stranger:
        answer = stranger.get("/v1/shipments")

    assert answer.status_code == status
    assert "Request-Id" not in answer.headers  # the app was not reached


def test_an_unknown_path_is_answered_in_our_words(deployed: Deployed) -> None:
    with deployed.client(key="") as anybody:
        answer = anybody.get("/v1/nowhere/at/all")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert answer.headers["Request-Id"]


def test_a_wrong_method_is_answered_in_our_words(client: httpx.Client) -> None:
    answer = client.put("/v1/shipments", json={})

    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "POST"}
