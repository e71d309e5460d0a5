"""The process: the SDK is loaded late and lean, and leaves TLS, logs, images, proxies and memory as they were."""

import json
import subprocess
import sys
from typing import Any

import pytest

START = """
import gc, io, json, logging, sys, threading
from tests.gateway_cases import *
"""


def told(script: str, **environment: str) -> Any:
    """Run the script in a process of its own; return what it prints, as JSON, and nothing else may be printed."""
    outcome = subprocess.run(  # noqa: S603
        [sys.executable, "-c", START + script],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": ".", **environment},
    )
    assert outcome.stderr == ""
    return json.loads(outcome.stdout)


RATED = """
with Ups() as ups:
    connection = a_connection(ups.url, credentials={"client_id": "id", "client_secret": "s", "unknown": "s3cret-typo"})
    assert a_call(ups.url, connection=connection).result
"""


def test_nothing_of_the_sdk_is_imported_before_the_first_call():
    heavy = told("""
import chalicelib.carriers.gateway.sdk
Sdk()
print(json.dumps([name for name in ("karrio", "PIL", "lxml", "attr", "asyncio", "certifi") if name in sys.modules]))
""")

    assert heavy == []


def test_only_the_connector_that_is_asked_for_is_loaded():
    loaded = told(RATED + 'print(json.dumps([name for name in sys.modules if name.startswith("karrio.mappers.")]))')

    assert {name.split(".")[2] for name in loaded} == {"ups"}


def test_the_programs_logging_stays_as_it_was_and_the_sdk_logs_nothing():
    kept, lines, handlers, level = told(f"""
import loguru
lines = io.StringIO()
loguru.logger.remove()
loguru.logger.add(lines, format="{{message}}")
everything = logging.StreamHandler(io.StringIO())
logging.getLogger().addHandler(everything)
{RATED}
loguru.logger.info("still here")
kept = lines.getvalue().split()
print(json.dumps([kept, everything.stream.getvalue(), len(logging.getLogger().handlers), logging.getLogger().level]))
""")

    assert kept == ["still", "here"]
    assert (lines, handlers, level) == ("", 1, 30)


def test_tls_stays_verified_for_the_whole_process_at_every_moment():
    seen = told(f"""
import ssl
seen, done = set(), threading.Event()
def look():
    while not done.wait(0.0002):
        context = ssl._create_default_https_context()
        seen.add((context.check_hostname, context.verify_mode == ssl.CERT_REQUIRED))
unverified = ssl._create_unverified_context
looking = threading.Thread(target=look)
looking.start()
{RATED}
metadata("canadapost")
done.set()
looking.join()
print(json.dumps([sorted(seen), ssl._create_unverified_context is unverified]))
""")

    assert seen == [[[True, True]], True]


def test_broken_images_stay_refused():
    assert told(RATED + "import PIL.ImageFile; print(json.dumps(PIL.ImageFile.LOAD_TRUNCATED_IMAGES))") is False


def test_proxies_of_the_environment_are_not_used():
    assert told(RATED + "print(1)", http_proxy="http://127.0.0.1:1", HTTPS_PROXY="http://127.0.0.1:1") == 1


def test_the_sdk_cannot_put_a_proxy_before_the_whole_process():
    assert told("""
import urllib.request
metadata("ups")
from karrio.core.utils import helpers
helpers.process_request("1", proxy="user:secret@127.0.0.1:1", url="http://127.0.0.1:1")
print(json.dumps(urllib.request._opener is None))
""")


@pytest.mark.parametrize("name", ["_urlopen_with_span", "urlopen"])
def test_a_request_that_belongs_to_no_call_is_refused(name: str):
    raised = told(f"""
import urllib.request
metadata("ups")
from karrio.core.utils import helpers
try:
    helpers.{name}(urllib.request.Request("http://127.0.0.1:1"), timeout=1)
except Exception as error:
    print(json.dumps(type(error).__name__))
""")

    assert raised == "NotCalled"


def test_threads_of_the_sdk_know_their_call():
    assert told("""
metadata("ups")
from karrio.core.utils import helpers
from chalicelib.carriers.gateway.calls import current
current.set("the call")
print(json.dumps(helpers.exec_parrallel(lambda _: current.get(), [1, 2])))
""") == ["the call", "the call"]


def test_memory_does_not_grow_with_the_calls():
    grown = told("""
from tests.stand_ins.server import html
sdk = an_sdk()
def call(count):
    for _ in range(count):
        a_call(ups.url, sdk=sdk)
        a_call(ups.url, "ship", sdk=sdk)
        ups.will(html(500), at=RATE_PATH)
        failure(lambda: a_call(ups.url, sdk=sdk))
    ups.requests.clear()
    gc.collect()
    return len(gc.get_objects())
with Ups() as ups:
    call(20)
    before = call(20)
    print(json.dumps(call(60) - before))
""")

    assert grown < 60


def test_requests_and_answers_are_not_traced():
    threads = told(RATED + "print(json.dumps([one.name for one in threading.enumerate()]))")

    assert [name for name in threads if "trace" in name] == []  # the SDK's tracer keeps them in threads of its own


def test_inside_an_event_loop_calls_work_too():
    assert told("""
import asyncio
from tests.integration.test_gateway_guards_selling import CanadaPost, a_canadian_sale
async def main():
    with CanadaPost() as carrier:
        return a_canadian_sale(carrier.url).statuses
print(json.dumps(asyncio.run(main())))
""") == [200, 200]


def test_many_threads_may_load_connectors_at_once():
    assert told("""
from concurrent.futures import ThreadPoolExecutor
names = ["ups", "fedex", "usps", "canadapost", "mydhl"] * 3
with ThreadPoolExecutor(15) as threads:
    print(json.dumps([one.id for one in threads.map(metadata, names)] == names))
""")
