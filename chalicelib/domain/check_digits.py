"""The check digits that carriers put into their tracking numbers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

_BASE_36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def luhn_digit(digits: str) -> int:
    """Return the digit that makes `digits` followed by it pass the Luhn test (ISO/IEC 7812-1, annex B).

    It tells every single wrong digit, and every swap of two neighbours but 0 and 9.
    Raises `ValueError` when `digits` holds anything but 0-9.
    """
    if not (digits.isascii() and digits.isdigit()):  # int() reads other scripts' digits too
        raise ValueError(f"a Luhn digit is worked out from digits 0-9, not {digits!r}")
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[::-2])
    return -(doubled + sum(int(digit) for digit in digits[-2::-2])) % 10


def mod10_digit(serial: str, even_weight: int, odd_weight: int) -> int:
    """Return what fills the weighted sum of `serial` up to a multiple of 10; positions count from 0 at the left.

    Unlike Luhn's, products keep both digits. UPS gives letters a value too: (ASCII - 3) mod 10.
    A weight of 3 tells every wrong digit, a weight of 2 all but those that are off by 5.
    """
    values = [int(character) if character.isdigit() else (ord(character) - 3) % 10 for character in serial]
    return -(even_weight * sum(values[::2]) + odd_weight * sum(values[1::2])) % 10


def mod7_digit(serial: str) -> int:
    """Return the whole of `serial` modulo 7; it tells wrong digits but those that are off by 7."""
    return int(serial) % 7


def s10_digit(serial: str, weights: Sequence[int]) -> int:
    """Return the check digit of UPU standard S10: 11 less the weighted sum modulo 11, 0 in place of 10 and 5 of 11.

    It tells every wrong digit but one that takes that remainder from 0 to 6 or back: both give 5.
    """
    answer = 11 - _weighted_sum(serial, weights) % 11
    return {10: 0, 11: 5}.get(answer, answer)


def two_moduli_digit(serial: str, weights: Sequence[int], moduli: tuple[int, int]) -> int:
    """Return the weighted sum of `serial` modulo the first of `moduli`, and that modulo the second.

    FedEx takes 11 and 10: a wrong digit is told unless it takes the remainder from 0 to 10 or back.
    """
    first, second = moduli
    return _weighted_sum(serial, weights) % first % second


def mod_37_36_character(serial: str) -> str:
    """Return the check character of ISO/IEC 7064 MOD 37,36 over 0-9 and A-Z; it tells every single wrong character."""
    product = 36
    for character in serial:
        product = (product + _BASE_36.index(character)) % 36 or 36
        product = 2 * product % 37
    return _BASE_36[(37 - product) % 36]


def check_character(serial: str, checksum: Mapping[str, Any]) -> str:
    """Return the character that must follow `serial` by the rule `checksum`: a name and its constants.

    Raises `KeyError` for an algorithm that is not known here.
    """
    return str(_ALGORITHMS[checksum["name"]](serial, checksum))


def _weighted_sum(serial: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(serial, weights, strict=True))


def _mod10_by(serial: str, checksum: Mapping[str, Any]) -> int:
    ordered = serial[::-1] if checksum["reverse"] else serial
    return mod10_digit(ordered, checksum["evens_multiplier"], checksum["odds_multiplier"])


def _two_moduli_by(serial: str, checksum: Mapping[str, Any]) -> int:
    return two_moduli_digit(serial, checksum["weightings"], (checksum["modulo1"], checksum["modulo2"]))


_ALGORITHMS: Mapping[str, Callable[[str, Mapping[str, Any]], int | str]] = {
    "luhn": lambda serial, _: luhn_digit(serial),
    "mod10": _mod10_by,
    "mod7": lambda serial, _: mod7_digit(serial),
    "mod_37_36": lambda serial, _: mod_37_36_character(serial),
    "s10": lambda serial, checksum: s10_digit(serial, checksum["weightings"]),
    "sum_product_with_weightings_and_modulo": _two_moduli_by,
}
"""By the names that `tracking_formats/formats.json` uses."""
