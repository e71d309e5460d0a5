"""Links: absolute, as the client knows us, whatever stands before the app's own path."""

from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.api import links
from chalicelib.api.links import Links


@pytest.fixture(autouse=True)
def no_public_url(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = SimpleNamespace(settings=SimpleNamespace(public_url=None))
    monkeypatch.setattr(links, "services", lambda: settings)


def request(whole: str, path: str = "/v1/shipments/{shipment_id}/rates", **headers: str) -> Any:
    given = {"host": "api.example.com", "x-forwarded-proto": "https"} | headers
    uri_params = {"shipment_id": "shp_1"}
    return SimpleNamespace(headers=given, path=path, uri_params=uri_params, context={"path": whole})


@pytest.mark.parametrize(
    ("whole", "prefix"),
    [
        ("/dev/v1/shipments/shp_1/rates", "/dev"),
        ("/base/v1/shipments/shp_1/rates", "/base"),
        ("/v1/shipments/shp_1/rates", ""),
        ("", ""),
    ],
    ids=["a stage", "a custom domain's base path", "nothing", "chalice local"],
)
def test_what_the_gateway_puts_before_the_path_is_kept(whole: str, prefix: str):
    assert Links.of(request(whole)).to("/v1/trackers") == f"https://api.example.com{prefix}/v1/trackers"


@pytest.mark.parametrize(
    ("header", "value"),
    [("x-forwarded-proto", "javascript"), ("host", "evil.example/x"), ("host", "a b"), ("host", "")],
)
def test_a_header_that_could_lead_a_link_elsewhere_is_not_believed(header: str, value: str):
    link = Links.of(request("", **{header: value})).to("/v1/trackers")

    assert link in ("http://api.example.com/v1/trackers", "https://localhost/v1/trackers")
