"""Names of currencies: one for each currency, and no other."""

from chalicelib.domain.currencies import CURRENCIES
from chalicelib.domain.currency_names import CURRENCY_NAMES


def test_every_currency_has_one_name() -> None:
    assert list(CURRENCY_NAMES) == list(CURRENCIES)
    assert len(set(CURRENCY_NAMES.values())) == len(CURRENCY_NAMES)
