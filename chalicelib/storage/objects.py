"""Objects: labels and papers as bytes, in a folder on one machine, in S3 in AWS."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection
from botocore.session import get_session

from chalicelib.domain.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.tenants import Tenant

LINK_LIFE_S = 300
"""A link is followed at once: it stands in a redirect."""

CONNECT_TIMEOUT_S = 2
READ_TIMEOUT_S = 5
MAX_RETRIES = 2

CONTENT_TYPES = {".pdf": "application/pdf", ".png": "image/png", ".zpl": "application/zpl"}

CHECK, CHECKED = "_check", b"labels can be kept here"
"""What is written to find out whether anything can be; no label's key has one part alone."""

_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


def content_type(object_key: str) -> str:
    """Return the media type that a key's suffix tells."""
    return CONTENT_TYPES.get(Path(object_key).suffix, "application/octet-stream")


class FolderLabels:
    """The label store as a folder: what is put there is synced to the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, tenant: Tenant, object_key: str, content: bytes) -> None:
        """Keep `content`; it is durable on return, and nobody ever sees a part of it. Raises `Unavailable`."""
        try:
            self._keep(self._path(tenant, object_key), content)
        except OSError as error:  # a full disk, a folder that is gone or not ours
            raise Unavailable("Labels can't be kept at the moment; try again") from error

    @staticmethod
    def _keep(path: Path, content: bytes) -> None:
        _make_folder(path.parent)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)

    def check(self, tenant: Tenant) -> None:
        """Raise `Unavailable` unless a small object of the tenant's can be written: a full disk fails here too."""
        self.put(tenant, CHECK, CHECKED)

    def get(self, tenant: Tenant, object_key: str) -> bytes:
        """Return the bytes; raises `NotFound`."""
        try:
            return self._path(tenant, object_key).read_bytes()
        except FileNotFoundError as error:
            raise _not_found() from error

    def link(self, tenant: Tenant, object_key: str) -> None:
        """Return None: the bytes are answered directly."""

    def _path(self, tenant: Tenant, object_key: str) -> Path:
        return self._folder / _full_key(tenant, object_key)


class S3Labels:
    """The label store as a bucket."""

    def __init__(self, bucket: str, client: Callable[[], Any]) -> None:
        """Keep labels in `bucket`; `client` is asked for an S3 client when the first is needed."""
        self._bucket = bucket
        self._make_client = client
        self._client: Any = None

    def put(self, tenant: Tenant, object_key: str, content: bytes) -> None:
        """Keep `content`; it is durable on return. Raises `Unavailable`."""
        self._ask("put_object", tenant, object_key, Body=content, ContentType=content_type(object_key))

    def check(self, tenant: Tenant) -> None:
        """Raise `Unavailable` unless a small object of the tenant's can be written.

        One PUT, always of the same key, so that nothing piles up; reading could not tell whether writing is allowed.
        """
        try:
            self.put(tenant, CHECK, CHECKED)
        except ClientError as error:  # no such bucket, no permission, no key: a label would be lost all the same
            raise Unavailable("Labels can't be kept at the moment; try again") from error

    def get(self, tenant: Tenant, object_key: str) -> bytes:
        """Return the bytes; raises `NotFound`, `Unavailable`."""
        content: bytes = self._ask("get_object", tenant, object_key)["Body"].read()
        return content

    def link(self, tenant: Tenant, object_key: str) -> str:
        """Return an address that anybody may fetch from for `LINK_LIFE_S`; whether there is anything is not asked."""
        place = {"Bucket": self._bucket, "Key": _full_key(tenant, object_key)}
        link: str = self._s3().generate_presigned_url("get_object", Params=place, ExpiresIn=LINK_LIFE_S)
        return link

    def _ask(self, operation: str, tenant: Tenant, object_key: str, **arguments: Any) -> Any:
        key = _full_key(tenant, object_key)
        try:
            return getattr(self._s3(), operation)(Bucket=self._bucket, Key=key, **arguments)
        except (HTTPClientError, NoConnection) as error:
            raise Unavailable("The label store did not answer; try again") from error
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                raise _not_found() from error
            if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:  # noqa: PLR2004 - HTTP's own line
                raise Unavailable("The label store is too busy; try again") from error
            raise

    def _s3(self) -> Any:
        if self._client is None:
            self._client = self._make_client()
        return self._client


def s3_client(region: str, endpoint: str | None = None) -> Any:
    """Return an S3 client with time-outs that fit a request."""
    config = Config(
        signature_version="s3v4",
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=READ_TIMEOUT_S,
        retries={"total_max_attempts": 1 + MAX_RETRIES, "mode": "standard"},
    )
    return get_session().create_client("s3", region_name=region, endpoint_url=endpoint, config=config)


def _full_key(tenant: Tenant, object_key: str) -> str:
    """Return the tenant's own key; raises `ValueError` for one that would lead elsewhere."""
    parts = [str(tenant.account_id), tenant.mode, *object_key.split("/")]
    if not all(_PART.fullmatch(part) for part in parts):
        raise ValueError(f"{object_key!r} is no key of an object")
    return "/".join(parts)


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, so that they outlive a power cut."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _not_found() -> NotFound:
    return NotFound("There is no such document")
