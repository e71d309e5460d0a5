"""`./dray`: the operator's command line."""

import click

from cli.accounts import accounts
from cli.keys import keys
from cli.tables import tables


@click.group()
def dray() -> None:
    """Run Dray: accounts, API keys and tables, of the instance on this machine or of a stage in AWS."""


dray.add_command(accounts)
dray.add_command(keys)
dray.add_command(tables)

if __name__ == "__main__":
    dray(prog_name="./dray")
