"""Settings: read once from the environment, checked at once; nothing else reads it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain.api_keys import MOST_PER_MINUTE

if TYPE_CHECKING:
    from collections.abc import Mapping


LOG_LEVELS = ("INFO", "DEBUG", "WARNING", "ERROR")
"""The first is the default."""

ORIGIN = r"https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?"
"""A site as browsers name it (RFC 6454, section 6.2): no path, and no `*` for all of them."""

MOST_DAYS = 365

MOST_RATE_SECONDS = 25
"""API Gateway waits 29 s, for the rest of the request too."""


class SettingsError(Exception):
    """A setting is missing or wrong; the message names it."""


@dataclass(frozen=True)
class Settings:
    """What differs between stages and machines."""

    table_prefix: str
    """What every table's name begins with: `dray-<stage>-`."""
    region: str
    """The AWS region."""
    dynamodb_endpoint: str | None
    """Where DynamoDB answers; None for AWS itself."""
    label_folder: str | None
    """Where labels are kept on one machine; either this or `label_bucket`."""
    label_bucket: str | None
    """The S3 bucket that keeps labels in AWS."""
    key_file: str | None
    """The file with the key for encryption at rest on one machine; either this or `kms_key_id`."""
    kms_key_id: str | None
    """The KMS key for encryption at rest in AWS."""
    public_url: str | None
    """What links begin with, when it is not the address that a request came by."""
    self_hosted_limit_per_minute: int
    """The capacity of a self-hosted key's token bucket."""
    label_link_days: int
    """How long a signed link to a label lives."""
    rate_deadline_seconds: int
    """How long all carriers together may take to quote."""
    allow_server_url: bool
    """Whether live connections may send their calls to a `config.server_url`."""
    allow_private_addresses: bool
    """Whether a `server_url` may be this machine, a private network and plain http."""
    carriers: tuple[str, ...] | None
    """The carriers that are offered beside the sandbox; None for all."""
    cors_origins: tuple[str, ...]
    """The sites whose scripts may call from a browser, as `https://host`; none unless told."""
    log_level: str
    """How much is logged: DEBUG, INFO, WARNING or ERROR."""

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Return the settings of the process's environment, or of the one given.

        Raises `SettingsError` naming what is missing or wrong.
        """
        env = os.environ if environment is None else environment
        settings = cls(
            table_prefix=_required(env, "TABLE_PREFIX"),
            region=env.get("AWS_REGION") or _required(env, "AWS_DEFAULT_REGION"),
            dynamodb_endpoint=_address(env, "DYNAMODB_ENDPOINT"),
            label_folder=env.get("LABEL_FOLDER") or None,
            label_bucket=env.get("LABEL_BUCKET") or None,
            key_file=env.get("KEY_FILE") or None,
            kms_key_id=env.get("KMS_KEY_ID") or None,
            public_url=_address(env, "PUBLIC_URL"),
            self_hosted_limit_per_minute=_whole(env, "SELF_HOSTED_LIMIT_PER_MINUTE", 100, MOST_PER_MINUTE),
            label_link_days=_whole(env, "LABEL_LINK_DAYS", 7, MOST_DAYS),
            rate_deadline_seconds=_whole(env, "RATE_DEADLINE_SECONDS", 8, MOST_RATE_SECONDS),
            allow_server_url=_flag(env, "ALLOW_SERVER_URL"),
            allow_private_addresses=_flag(env, "ALLOW_PRIVATE_ADDRESSES"),
            carriers=_names(env, "CARRIERS"),
            cors_origins=_origins(env, "CORS_ORIGINS"),
            log_level=_one_of(env, "LOG_LEVEL", LOG_LEVELS),
        )
        _exactly_one(LABEL_FOLDER=settings.label_folder, LABEL_BUCKET=settings.label_bucket)
        _exactly_one(KEY_FILE=settings.key_file, KMS_KEY_ID=settings.kms_key_id)
        return settings


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name)
    if not value:
        raise SettingsError(f"the setting {name} is missing")
    return value


def _address(env: Mapping[str, str], name: str) -> str | None:
    """Return an address without a slash at its end, None where there is none."""
    text = (env.get(name) or "").rstrip("/")
    scheme, _, host = text.partition("://")
    if text and (scheme not in ("http", "https") or not host):
        raise SettingsError(f"the setting {name} must be an address like https://dray.example.com, not {text!r}")
    return text or None


def _whole(env: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = env.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or len(text) > len(str(most)) or not 1 <= int(text) <= most:
        raise SettingsError(f"the setting {name} must be a whole number from 1 to {most}, not {text[:20]!r}")
    return int(text)


def _flag(env: Mapping[str, str], name: str) -> bool:
    """Return whether the setting is `true`; it is not where it is left out."""
    text = (env.get(name) or "false").lower()
    if text not in ("true", "false"):
        raise SettingsError(f"the setting {name} must be true or false, not {text[:20]!r}")
    return text == "true"


def _names(env: Mapping[str, str], name: str) -> tuple[str, ...] | None:
    """Return the names in a list with commas, None where it is left out."""
    names = tuple(part.strip() for part in (env.get(name) or "").split(","))
    if names == ("",):
        return None
    if not all(re.fullmatch("[a-z0-9_]+", part) for part in names):
        raise SettingsError(f"the setting {name} must be names with commas between them, like ups,fedex")
    return tuple(dict.fromkeys(names))


def _origins(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Return the origins in a list with commas, in lower case, as browsers send them."""
    origins = tuple(part.strip().lower() for part in (env.get(name) or "").split(",") if part.strip())
    for origin in origins:
        if not re.fullmatch(ORIGIN, origin):
            raise SettingsError(
                f"the setting {name} must be origins like https://shop.example.com, not {origin[:60]!r}"
            )
    return origins


def _one_of(env: Mapping[str, str], name: str, values: tuple[str, ...]) -> str:
    """Return the setting in upper case; the first of `values` where it is left out."""
    value = (env.get(name) or values[0]).upper()
    if value not in values:
        raise SettingsError(f"the setting {name} must be one of {', '.join(values)}, not {value[:20]!r}")
    return value


def _exactly_one(**settings: str | None) -> None:
    if sum(value is not None for value in settings.values()) != 1:
        raise SettingsError(f"exactly one of the settings {' and '.join(settings)} must be given")
