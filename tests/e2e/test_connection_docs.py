"""The examples of connections that the docs show are what the API takes."""

import json
import re

import pytest

from local.engine_package import PROJECT
from tests.e2e.client import Shop, done

PAGES = ("README.md", "docs/connections.md")


@pytest.mark.parametrize("page", PAGES)
def test_the_example_makes_a_connection(shop: Shop, page: str):
    (example,) = re.findall(r'\{\s*"carrier_name": "ups".*?\}\}', (PROJECT / page).read_text("utf-8"), re.DOTALL)

    made = done(shop.post("/v1/connections", json.loads(example.replace("…", "told"))), 201)

    assert made["carrier_name"] == "ups"
    assert "told" not in json.dumps(made)
