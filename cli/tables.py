"""`./dray tables`: make the tables."""

import click

from chalicelib.storage.schema import all_tables, create_tables
from chalicelib.wiring import Services
from cli.bucket import check_bucket
from cli.output import print_json
from cli.target import with_services


@click.group()
def tables() -> None:
    """Make the tables."""


@tables.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_services
def create(services: Services, *, as_json: bool) -> None:
    """Make the tables that are missing, and check the others. Run again it changes nothing.

    With --stage it first checks that the stage's bucket for labels is there.
    """
    check_bucket(services.settings)
    models = all_tables()
    made = create_tables(services.tables, models)
    if as_json:
        print_json({"created": made})
    else:
        click.echo("\n".join(f"{name} is made." for name in made) or f"All {len(models)} tables are there.")
