"""`./dray keys`: make, list and revoke API keys on any terms."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, get_args

import click

from chalicelib.domain.api_keys import MOST_PER_MINUTE, ApiKey, KeyTerms
from chalicelib.domain.errors import NotFound
from chalicelib.domain.ids import AccountId, KeyId
from chalicelib.domain.pages import PageRequest
from chalicelib.domain.tenants import Mode, Plan, Role, Tenant
from chalicelib.wiring import Services
from cli.output import key_tree, print_json, print_rows
from cli.target import with_services

PAGE = 100
COLUMNS = ("id", "mode", "role", "plan", "last_four", "name", "created_at", "expires_at", "last_used_at", "revoked_at")
MODES: tuple[Mode, ...] = get_args(Mode)

a_account = click.option("--account", "account_id", required=True, help="The account's id (acc_…).")
as_json_too = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


class Instant(click.ParamType[datetime]):
    """A time with its offset from UTC (RFC 3339)."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the instant, or fail with an example."""
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            at = None
        if at is None or at.tzinfo is None:
            self.fail(f"{value!r} is no time like 2027-01-31T12:00:00Z", param, ctx)
        return at


@click.group()
def keys() -> None:
    """Make, list and revoke API keys."""


@keys.command()
@a_account
@click.option("--mode", type=click.Choice(MODES), required=True, help="The world that it opens.")
@click.option("--role", type=click.Choice(get_args(Role)), required=True, help="What it may do.")
@click.option(
    "--plan", type=click.Choice(get_args(Plan)), required=True, help="Which limit it has; docs/settings.md lists them."
)
@click.option("--limit-per-minute", type=click.IntRange(1, MOST_PER_MINUTE), help="A limit of its own instead.")
@click.option("--name", help="What people call it.")
@click.option("--expires-at", type=Instant(), help="When it stops being valid, like 2027-01-31T12:00:00Z.")
@as_json_too
@with_services
def create(services: Services, account_id: str, *, as_json: bool, **terms: Any) -> None:
    """Make a key. It is printed this once, and kept nowhere."""
    new = services.api_keys.grant(AccountId(account_id), KeyTerms(**terms), services.clock())
    click.echo(f"Keep the key of {new.key.id} now: it is shown this once and kept nowhere.", err=True)
    if as_json:
        print_json(key_tree(new.key) | {"key": new.token})
    else:
        click.echo(new.token)


@keys.command(name="list")
@a_account
@as_json_too
@with_services
def list_(services: Services, account_id: str, *, as_json: bool) -> None:
    """List an account's keys of both modes, newest first, revoked ones too."""
    services.accounts.get(AccountId(account_id))  # an unknown account has no keys to list: say so
    found = [key for mode in MODES for key in _all_keys(services, Tenant(AccountId(account_id), mode))]
    trees = [key_tree(key) for key in sorted(found, key=lambda key: key.id, reverse=True)]
    if as_json:
        print_json(trees)
    else:
        print_rows(COLUMNS, trees)


@keys.command()
@click.argument("key_id")
@a_account
@as_json_too
@with_services
def revoke(services: Services, key_id: str, account_id: str, *, as_json: bool) -> None:
    """Revoke a key: it opens nothing from now on."""
    key = _revoked(services, AccountId(account_id), KeyId(key_id))
    if as_json:
        print_json(key_tree(key))
    else:
        click.echo(f"{key.id} is revoked.")


def _revoked(services: Services, account_id: AccountId, key_id: KeyId) -> ApiKey:
    """Revoke a key of either mode."""
    for mode in MODES:
        try:
            return services.api_keys.revoke(Tenant(account_id, mode), key_id, services.clock())
        except NotFound:
            continue
    raise NotFound(f"The account {account_id} has no API key {key_id}")


def _all_keys(services: Services, tenant: Tenant) -> Iterator[ApiKey]:
    request: PageRequest | None = PageRequest(limit=PAGE)
    while request is not None:
        page = services.api_keys.list(tenant, request)
        yield from page.results
        request = PageRequest(limit=PAGE, after=page.after) if page.after else None
