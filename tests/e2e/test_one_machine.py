"""One machine: one command, one owner of the data, nothing lost and nothing left behind."""

import json
import os
import re
import signal
import stat
import sys
import threading
from pathlib import Path

import httpx
import pytest

from chalicelib.storage.rate_limits import RateLimitsTable
from chalicelib.storage.tables import TableSettings, bind, dispatch
from tests.e2e.running_server import RunningServer, members
from tests.waiting import until

MOST_KB = 300 * 1024
WRITERS = 6
WRITES = 150
EXPIRED_S = 1_000_000_000
"""A time to live that ended in 2001; ten times that has not begun."""

QUOTE = {
    "shipper": {"country_code": "US", "postal_code": "10001"},
    "recipient": {"country_code": "US", "postal_code": "90210"},
    "parcels": [{"weight": 2.5, "weight_unit": "LB"}],
}


def shipment_ids(client: httpx.Client) -> set[str]:
    """Every shipment of the key's account, by walking all pages."""
    found: set[str] = set()
    address: str | None = "/v1/shipments?limit=100"
    while address is not None:
        page = client.get(address).raise_for_status().json()
        found |= {shipment["id"] for shipment in page["results"]}
        address = page["next"]
    return found


def create(client: httpx.Client) -> str:
    answer = client.post("/v1/shipments", json=QUOTE).raise_for_status()
    return str(answer.json()["id"])


def test_the_first_start_shows_the_key_once_and_keeps_it_for_its_owner_alone(tmp_path: Path) -> None:
    with RunningServer(tmp_path / "data") as server:
        shown, file = server.words(), tmp_path / "data/api_key"

        assert shown.count(server.key) == 1
        assert server.key.startswith("dray_test_")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_the_first_key_is_an_admins_for_test_mode(client: httpx.Client) -> None:
    keys = client.get("/v1/api_keys").raise_for_status().json()["results"]

    assert [(key["test_mode"], key["role"]) for key in keys if key["name"] == "First key"] == [(True, "admin")]


def test_the_curl_line_that_a_start_prints_works_as_it_stands(server: RunningServer) -> None:
    url, body = re.findall(r"curl -s (\S+) .*?\n.* -d '(.*)'", server.words())[0]

    answer = httpx.post(url, content=body, headers={"Authorization": f"Bearer {server.key}"})

    assert answer.status_code == 200
    assert len(answer.json()["rates"]) >= 4


def test_a_second_start_keeps_data_and_key_and_says_so(tmp_path: Path) -> None:
    with RunningServer(tmp_path / "data") as server, server.client() as client:
        key, shipment = server.key, create(client)

    with RunningServer(tmp_path / "data") as server, server.client() as client:
        assert "kept from the last start" in server.words()
        assert key not in server.words()
        assert server.key == key
        assert shipment_ids(client) == {shipment}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_of_it_and_leaves_no_process_behind(tmp_path: Path, number: int) -> None:
    with RunningServer(tmp_path / "data") as server:
        assert len(members(server.pid)) == 2

        assert server.stop(number) == 0

        assert members(server.pid) == []
        assert server.words().endswith("\nstopped\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_the_whole_group_is_as_good(tmp_path: Path, number: int) -> None:
    with RunningServer(tmp_path / "data") as server:
        assert server.kill_group(number) == 0

        assert members(server.pid) == []


def test_the_operators_command_finds_the_tables_while_the_server_runs(tmp_path: Path) -> None:
    told = tmp_path / "data/instance.json"
    with RunningServer(tmp_path / "data") as server:
        assert json.loads(told.read_text()) == {
            "pid": server.pid,
            "endpoint": server.engine_endpoint,
            "table_prefix": "dray-local-",
            "region": "eu-central-1",
        }
        assert stat.S_IMODE(told.stat().st_mode) == 0o600

    assert not told.exists()


def test_make_hands_a_signal_on(tmp_path: Path) -> None:
    command = ("make", "run", f"PY={sys.executable}", "LOCAL=pyproject.toml")
    with RunningServer(tmp_path / "data", command=command) as server:
        assert len(members(server.pid)) == 3

        server.stop()

        until(lambda: members(server.pid) == [])


def test_two_instances_run_side_by_side(tmp_path: Path) -> None:
    one, two = RunningServer(tmp_path / "one"), RunningServer(tmp_path / "two")
    with one, two, one.client() as of_one, two.client() as of_two:
        shipment = create(of_one)

        assert shipment_ids(of_one) == {shipment}
        assert shipment_ids(of_two) == set()
        assert of_two.get("/v1/shipments", headers={"Authorization": f"Bearer {one.key}"}).status_code == 401


def test_a_second_start_on_the_same_folder_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with RunningServer(tmp_path / "data") as server:
        second = RunningServer(tmp_path / "data").launch()

        assert second.wait() == 1
        expected = f"dray: the data folder {tmp_path}/data is in use by another server (process {server.pid})"
        assert expected in second.words()
        assert server.answers()


def test_a_port_that_is_taken_is_told_in_a_sentence(tmp_path: Path, server: RunningServer) -> None:
    port = server.url.rpartition(":")[2]
    second = RunningServer(tmp_path / "data", {"PORT": port}).launch()

    assert second.wait() == 1
    assert f"dray: port {port} on 127.0.0.1 can't be had" in second.words()


def test_everything_together_takes_less_than_300_mb(tmp_path: Path) -> None:
    with RunningServer(tmp_path / "data") as server, server.client() as client:
        for _ in range(20):
            create(client)

        assert sum(int(line.split()[2]) for line in members(server.pid)) < MOST_KB


def test_every_acknowledged_write_survives_kill_9_of_everything(tmp_path: Path) -> None:
    with RunningServer(tmp_path / "data") as server:
        acknowledged: list[str] = []
        writers = [threading.Thread(target=write_until_gone, args=(server, acknowledged)) for _ in range(WRITERS)]
        for writer in writers:
            writer.start()
        until(lambda: len(acknowledged) >= WRITES, deadline_s=60)
        server.kill_group()
        for writer in writers:
            writer.join()

    with RunningServer(tmp_path / "data") as server, server.client() as client:
        assert set(acknowledged) <= shipment_ids(client)


def write_until_gone(server: RunningServer, acknowledged: list[str]) -> None:
    with server.client() as client:
        while True:
            try:
                answer = client.post("/v1/shipments", json=QUOTE)
            except httpx.TransportError:
                return
            if answer.status_code == 201:
                acknowledged.append(answer.json()["id"])


def test_expired_rows_are_swept(tmp_path: Path) -> None:
    with RunningServer(tmp_path / "data") as server:
        add_bucket(server, "expired", EXPIRED_S)
        add_bucket(server, "current", EXPIRED_S * 10)

    with RunningServer(tmp_path / "data") as server:
        until(lambda: "expired" not in bucket_names(server))
        assert "current" in bucket_names(server)


def buckets(server: RunningServer) -> type[RateLimitsTable]:
    """The limiter's table, in the server's own engine."""
    return bind(RateLimitsTable, TableSettings("dray-local-", "eu-central-1", server.engine_endpoint))


def add_bucket(server: RunningServer, name: str, ttl_s: int) -> None:
    item = {"key_id": {"S": name}, "ttl": {"N": str(ttl_s)}}
    dispatch(buckets(server), "PutItem", {"Item": item})


def bucket_names(server: RunningServer) -> set[str]:
    items = dispatch(buckets(server), "Scan", {})["Items"]
    return {item["key_id"]["S"] for item in items}


def test_an_engine_that_dies_is_started_again_and_nobody_gets_less_than_an_envelope(tmp_path: Path) -> None:
    with RunningServer(tmp_path / "data") as server, server.client() as client:
        first, shipment = server.engine_pid, create(client)
        os.kill(first, signal.SIGKILL)

        answers = [client.get(f"/v1/shipments/{shipment}")]
        while answers[-1].status_code != 200:
            answers.append(client.get(f"/v1/shipments/{shipment}"))

        refused = [answer for answer in answers if answer.status_code != 200]
        assert {(answer.status_code, answer.json()["error"]["code"]) for answer in refused} <= {(503, "unavailable")}
        assert all("Retry-After" in answer.headers for answer in refused)
        assert server.engine_pid != first


def test_an_engine_that_keeps_dying_stops_the_whole_with_a_sentence(tmp_path: Path) -> None:
    with RunningServer(tmp_path / "data") as server:
        killed: set[int] = set()
        while members(server.pid):
            kill_new_engine(server, killed)

        assert server.wait() == 1
        assert "dray: the DynamoDB engine died 4 times within 60 s" in server.words()


def kill_new_engine(server: RunningServer, killed: set[int]) -> None:
    """Kill the engine unless that was done before."""
    try:
        engine = server.engine_pid
        if engine not in killed:
            os.kill(engine, signal.SIGKILL)
            killed.add(engine)
    except (ValueError, ProcessLookupError):  # between two engines
        return


@pytest.mark.parametrize("verb", ["TRACE", "PROPFIND"])
def test_a_verb_that_no_gateway_knows_is_405_in_our_envelope(client: httpx.Client, verb: str) -> None:
    answer = client.request(verb, "/v1/shipments")

    assert answer.status_code == 405
    assert answer.json()["error"]["code"] == "method_not_allowed"
    assert sorted(answer.headers["Allow"].split(", ")) == ["GET", "POST"]
    assert answer.headers["Request-Id"]


def test_a_body_sent_in_chunks_arrives(client: httpx.Client) -> None:
    parts = [b'{"shipper": {"country_code": "US", "postal_code": "10001"}, "recipient": ']
    parts += [b'{"country_code": "US", "postal_code": "90210"}, ', b'"parcels": [{"weight": 1, "weight_unit": "KG"}]}']

    answer = client.post("/v1/rates", content=iter(parts), headers={"Content-Type": "application/json"})

    assert answer.status_code == 200


def test_the_address_in_links_is_the_one_that_the_client_used(client: httpx.Client) -> None:
    answer = client.post(
        "/v1/shipments", json=QUOTE, headers={"Host": "dray.example.com", "X-Forwarded-Proto": "https"}
    )

    assert answer.headers["Location"] == f"https://dray.example.com/v1/shipments/{answer.json()['id']}"
