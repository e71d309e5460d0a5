"""A stage's bucket is asked for before its tables are made: without one, labels would be sold and lost."""

from collections.abc import Iterator

import boto3
import pytest
from click.testing import CliRunner, Result
from moto import mock_aws

from cli.main import dray

REGION = "eu-west-1"
"""No other test's: connections are kept for as long as the process lives, with the credentials that they found."""

BUCKET = "dray-dev-labels"
NOTHING_SET = dict.fromkeys(("AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_SESSION_TOKEN", "DYNAMODB_ENDPOINT"))
IN_AWS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": REGION}


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    """DynamoDB and S3 as moto has them."""
    with mock_aws():
        yield


def make_bucket() -> None:
    place = {"LocationConstraint": REGION}
    boto3.client("s3", REGION).create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)


def make_tables() -> Result:
    return CliRunner().invoke(dray, ("tables", "create", "--stage", "dev"), env=NOTHING_SET | IN_AWS)


def table_names() -> list[str]:
    names: list[str] = boto3.client("dynamodb", REGION).list_tables()["TableNames"]
    return names


def test_a_bucket_that_is_missing_is_told_before_any_table_is_made() -> None:
    done = make_tables()

    assert done.exit_code == 1
    assert f"The bucket {BUCKET} does not exist: make it" in done.stderr
    assert "LABEL_BUCKET of the stage in .chalice/config.json" in done.stderr
    assert table_names() == []


def test_with_its_bucket_a_stages_tables_are_made() -> None:
    make_bucket()

    done = make_tables()

    assert done.exit_code == 0, done.stderr
    assert "dray-dev-accounts" in table_names()
