"""`./dray sandbox`: what the sandbox carrier has in its own books."""

from collections.abc import Iterator
from typing import Any

import click

from chalicelib.domain.accounts import Account
from chalicelib.domain.ids import AccountId
from chalicelib.domain.pages import PageRequest
from chalicelib.domain.sandbox_ledger import SandboxSale
from chalicelib.domain.tenants import Tenant
from chalicelib.wiring import Services
from cli.accounts import all_accounts
from cli.output import print_json, print_rows, sale_tree
from cli.target import with_services

PAGE = 100
COLUMNS = ("account_id", "purchase_id", "tracking_number", "sold_at", "voided_at")


@click.group()
def sandbox() -> None:
    """Look into the sandbox carrier's own books, which are kept apart from Dray's records."""


@sandbox.command()
@click.option("--account", "account_id", help="Only what this account bought (acc_…).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_services
def ledger(services: Services, account_id: str | None, *, as_json: bool) -> None:
    """List the labels that the sandbox sold, newest first, and which of them it took back."""
    trees = [
        {"account_id": account.id} | sale_tree(sale)
        for account in _accounts(services, account_id)
        for sale in _all_sales(services, Tenant(account.id, "test"))
    ]
    trees.sort(key=_sold_at, reverse=True)
    if as_json:
        print_json(trees)
    else:
        print_rows(COLUMNS, trees)


def _accounts(services: Services, account_id: str | None) -> Iterator[Account]:
    """Return the account named, which must exist, or all."""
    if account_id is None:
        yield from all_accounts(services)
    else:
        yield services.accounts.get(AccountId(account_id))


def _all_sales(services: Services, tenant: Tenant) -> Iterator[SandboxSale]:
    request: PageRequest | None = PageRequest(limit=PAGE)
    while request is not None:
        page = services.sandbox_ledger.page(tenant, request)
        yield from page.results
        request = PageRequest(limit=PAGE, after=page.after) if page.after else None


def _sold_at(tree: dict[str, Any]) -> str:
    return str(tree["sold_at"])
