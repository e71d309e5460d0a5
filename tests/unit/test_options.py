"""Options: what is sent is what is stored."""

from chalicelib.api.bodies import checked
from chalicelib.api.schemas.options import OptionsData
from chalicelib.domain.options import Options


def test_an_instant_keeps_its_offset_from_the_request_through_the_store() -> None:
    sent = {"shipping_date": "2026-12-05T23:30:00-05:00"}

    stored = Options.model_validate_json(checked(OptionsData, sent, "no").options().model_dump_json())

    assert stored.model_dump(mode="json") == sent
