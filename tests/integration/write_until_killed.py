"""Runs a data folder's engine and writes to it until killed: `write_until_killed.py FOLDER ACKNOWLEDGED ROUND`.

Each line of the file ACKNOWLEDGED is a number whose write the engine has answered.
"""

import os
import sys
import threading
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from local.data_folder import DataFolder
from local.engine import Engine
from local.engine_package import engine_program

WRITERS = 4


def client(endpoint: str) -> Any:
    """A DynamoDB client that reports every failure at once."""
    return boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=5),
    )


def make_table(dynamodb: Any) -> None:
    """Make the table unless an earlier round did."""
    if "writes" not in dynamodb.list_tables()["TableNames"]:
        dynamodb.create_table(
            TableName="writes",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )


def write(dynamodb: Any, acknowledged: int, first: str) -> None:
    """Write pairs, by a transaction, and single items in turn; note each one down as soon as it is answered."""
    number = 0
    while True:
        number += 1
        name = f"{first}-{number}"
        halves = [{"Put": {"TableName": "writes", "Item": {"id": {"S": f"{name}/{half}"}}}} for half in "ab"]
        dynamodb.transact_write_items(TransactItems=halves)
        dynamodb.put_item(TableName="writes", Item={"id": {"S": name}})
        os.write(acknowledged, f"{name}\n".encode())


def main() -> None:
    """Start everything, say so, and write."""
    folder, acknowledged, turn = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    with DataFolder(folder) as held, Engine(engine_program(), held) as engine:
        make_table(client(engine.endpoint))
        log = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        writers = [
            threading.Thread(target=write, args=(client(engine.endpoint), log, f"{turn}-{writer}"))
            for writer in range(WRITERS)
        ]
        for writer in writers:
            writer.start()
        os.write(sys.stdout.fileno(), f"{engine.pid}\n".encode())
        for writer in writers:
            writer.join()


if __name__ == "__main__":
    main()
