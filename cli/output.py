"""What commands print: lines for people, JSON for scripts, and sentences for what went wrong."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from chalicelib.config import SettingsError
from chalicelib.domain.accounts import Account
from chalicelib.domain.api_keys import ApiKey
from chalicelib.domain.errors import DrayError
from chalicelib.domain.sandbox_ledger import SandboxSale
from chalicelib.storage.schema import SchemaError

MISSING = "-"


@contextmanager
def sentences() -> Iterator[None]:
    """End the command with a sentence and exit code 1 when something goes wrong that a person can mend."""
    try:
        yield
    except DrayError as error:
        if isinstance(error.__cause__, BotoCoreError):  # what AWS could not be asked for is the operator's matter
            raise click.ClickException(_told_by_aws(error.__cause__)) from error
        faults = [f"{at}: {why}" for at, why in error.details.items()]
        raise click.ClickException("; ".join([error.message, *faults])) from error
    except (SchemaError, SettingsError) as error:
        raise click.ClickException(str(error)) from error
    except (BotoCoreError, ClientError, PynamoDBException) as error:
        raise click.ClickException(_told_by_aws(_cause(error))) from error


def print_json(tree: Any) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(tree, indent=2, ensure_ascii=False))


def print_rows(names: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> None:
    """Print a table of the named columns, aligned."""
    lines = [names, *(tuple(_cell(row[name]) for name in names) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(names))]
    for line in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def account_tree(account: Account) -> dict[str, Any]:
    """Return an account as JSON has it."""
    return {
        "id": account.id,
        "name": account.name,
        "created_at": _text(account.created_at),
        "key_count": account.key_count or 0,
    }


def key_tree(key: ApiKey) -> dict[str, Any]:
    """Return a key as JSON has it, without what opens."""
    terms = key.terms
    return {
        "id": key.id,
        "account_id": key.account_id,
        "mode": terms.mode,
        "role": terms.role,
        "plan": terms.plan,
        "limit_per_minute": terms.limit_per_minute,
        "name": terms.name,
        "last_four": key.last_four,
        "created_at": _text(key.created_at),
        "last_used_at": _text(key.last_used_at),
        "expires_at": _text(terms.expires_at),
        "revoked_at": _text(key.revoked_at),
    }


def sale_tree(sale: SandboxSale) -> dict[str, Any]:
    """Return a label that the sandbox sold as JSON has it."""
    return {
        "purchase_id": sale.purchase_id,
        "tracking_number": sale.tracking_numbers[0],
        "tracking_numbers": list(sale.tracking_numbers),
        "service": sale.rate.service,
        "sold_at": _text(sale.sold_at),
        "voided_at": _text(sale.voided_at),
    }


def _cause(error: Exception) -> Exception:
    """Return what PynamoDB wrapped in an error of its own."""
    while isinstance(error, PynamoDBException) and error.cause is not None:
        error = error.cause
    return error


def _told_by_aws(error: Exception) -> str:
    if not isinstance(error, ClientError):
        return f"AWS cannot be asked: {error}"
    if error.response["Error"]["Code"] == "ResourceNotFoundException":
        return "The tables do not exist; make them by `./dray tables create`."
    return f"AWS refuses: {error.response['Error'].get('Message') or error}"


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _cell(value: Any) -> str:
    return MISSING if value is None else str(value)
