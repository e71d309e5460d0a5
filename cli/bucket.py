"""The bucket for labels: asked for before anything is deployed that would need it after a carrier has sold."""

import click
from botocore.exceptions import ClientError

from chalicelib.config import Settings
from chalicelib.storage.objects import s3_client

WHERE = "LABEL_BUCKET of the stage in .chalice/config.json"

SENTENCES = {
    "301": "is in another region than {region}",
    "400": "can't be asked for from {region}: it is in another region, or the name is none",
    "403": "is not yours to use: another account has it, or these credentials may not",
    "404": "does not exist: make it (docs/deploy.md, step 2)",
}
"""What S3 answers to HeadBucket, whose answers have no words (API reference, HeadBucket)."""


def check_bucket(settings: Settings) -> None:
    """Raise `click.ClickException` with a sentence unless the stage's bucket is there; without one nothing is asked.

    Where DynamoDB is another than AWS's, no bucket can be told to belong to it, and nothing is asked either.
    """
    if settings.label_bucket is None or settings.dynamodb_endpoint is not None:
        return
    try:
        s3_client(settings.region).head_bucket(Bucket=settings.label_bucket)
    except ClientError as error:
        sentence = SENTENCES.get(error.response["Error"]["Code"])
        if sentence is None:
            raise
        told = f"The bucket {settings.label_bucket} {sentence.format(region=settings.region)}"
        raise click.ClickException(f"{told}. Its name is {WHERE}.") from error
