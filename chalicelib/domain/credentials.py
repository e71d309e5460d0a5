"""Credentials: what opens a customer's account with a carrier, shown by nothing but `reveal`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Credentials:
    """The fields that a carrier wants to know, decrypted when they are first needed.

    No `repr`, `str`, format, pickle or comparison of it tells a value.
    """

    def __init__(self, decrypt: Callable[[], Mapping[str, str | int]]) -> None:
        self._decrypt = decrypt

    def reveal(self) -> Mapping[str, str | int]:
        """Return the fields by name; what decryption raises goes through."""
        return self._fields

    @cached_property
    def _fields(self) -> Mapping[str, str | int]:
        return self._decrypt()

    def __repr__(self) -> str:
        return "Credentials(hidden)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("credentials are not written anywhere")


NO_CREDENTIALS = Credentials(dict)
"""Of a carrier that wants none."""
