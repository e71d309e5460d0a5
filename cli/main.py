"""`./dray`: the operator's command line."""

import tomllib
from pathlib import Path

import click

from cli.accounts import accounts
from cli.gateway import gateway
from cli.keys import keys
from cli.sandbox import sandbox
from cli.sweep import sweep
from cli.tables import tables

PROJECT = Path(__file__).parents[1]


def version() -> str:
    """Return Dray's version as pyproject.toml states it."""
    project: dict[str, str] = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    return project["version"]


@click.group()
@click.version_option(version(), message="Dray %(version)s")
def dray() -> None:
    """Run Dray: accounts, API keys, tables and sweeps, of the instance on this machine or of a stage in AWS."""


dray.add_command(accounts)
dray.add_command(keys)
dray.add_command(tables)
dray.add_command(sweep)
dray.add_command(sandbox)
dray.add_command(gateway)

if __name__ == "__main__":
    dray(prog_name="./dray")
