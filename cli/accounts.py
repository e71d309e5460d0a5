"""`./dray accounts`: make and list customers."""

from collections.abc import Iterator

import click

from chalicelib.domain.accounts import Account
from chalicelib.domain.pages import PageRequest
from chalicelib.wiring import Services
from cli.output import account_tree, print_json, print_rows
from cli.target import with_services

PAGE = 100


@click.group()
def accounts() -> None:
    """Make and list accounts."""


@accounts.command()
@click.option("--name", required=True, help="What people call the customer.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_services
def create(services: Services, name: str, *, as_json: bool) -> None:
    """Make an account. It prints its id."""
    account = services.accounts.create(name, services.clock())
    if as_json:
        print_json(account_tree(account))
    else:
        click.echo(account.id)


@accounts.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_services
def list_(services: Services, *, as_json: bool) -> None:
    """List all accounts, newest first."""
    trees = [account_tree(account) for account in all_accounts(services)]
    if as_json:
        print_json(trees)
    else:
        print_rows(("id", "name", "created_at", "key_count"), trees)


def all_accounts(services: Services) -> Iterator[Account]:
    """Return every account, newest first, read as far as somebody asks."""
    request: PageRequest | None = PageRequest(limit=PAGE)
    while request is not None:
        page = services.accounts.list(request)
        yield from page.results
        request = PageRequest(limit=PAGE, after=page.after) if page.after else None
