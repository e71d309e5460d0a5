"""`./dray sweep`: ask carriers about stuck purchases and voids, once and now."""

import time

import click

from chalicelib.domain.deadlines import Deadline
from chalicelib.wiring import Services
from cli.output import print_json
from cli.target import with_services


@click.command()
@click.option("--seconds", type=click.IntRange(1), default=300, show_default=True, help="How long it may take.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_services
def sweep(services: Services, seconds: int, *, as_json: bool) -> None:
    """Ask carriers what became of purchases and voids that nobody saw the end of.

    A job does so every minute; run by hand it does no harm.
    """
    swept = services.sweeps.settle(Deadline.after(seconds, time.monotonic))
    if as_json:
        print_json(vars(swept))
        return
    left = "" if swept.is_complete else " The time was too short for all: run it again."
    click.echo(f"{swept.settled} settled, {swept.open} still open, {swept.passed_over} passed over.{left}")
