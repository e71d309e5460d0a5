"""Labels are kept as bytes, each tenant's apart, and never half; folder, bucket and fake do the same."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests  # moto brings it, and answers it
from botocore.exceptions import ClientError, ConnectTimeoutError
from moto import mock_aws

from chalicelib.domain.errors import NotFound, Unavailable
from chalicelib.domain.ports import LabelStore
from chalicelib.domain.tenants import Tenant
from chalicelib.storage.objects import FolderLabels, S3Labels, s3_client
from tests.builders import A_TENANT, ANOTHER_TENANT, ITS_LIVE_MODE
from tests.fakes import FakeLabels

BUCKET = "labels-of-tests"
REGION = "eu-central-1"
KEY = "shp_1/pur_1/label.pdf"


@pytest.fixture(scope="module")
def s3() -> Any:
    """A client with moto's credentials: making one takes longer than a test."""
    with mock_aws():
        return s3_client(REGION)


@pytest.fixture
def bucket(s3: Any) -> Iterator[S3Labels]:
    with mock_aws():
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        yield S3Labels(BUCKET, lambda: s3)


@pytest.fixture(params=["fake", "folder", "bucket"])
def labels(request: pytest.FixtureRequest, tmp_path: Path) -> LabelStore:
    if request.param == "bucket":
        store: S3Labels = request.getfixturevalue("bucket")
        return store
    return FakeLabels() if request.param == "fake" else FolderLabels(tmp_path / "labels")


class TestEveryStore:
    def test_what_was_put_is_got(self, labels: LabelStore) -> None:
        content = bytes(range(256)) * 100

        labels.put(A_TENANT, KEY, content)

        assert labels.get(A_TENANT, KEY) == content

    def test_the_same_put_again_changes_nothing(self, labels: LabelStore) -> None:
        labels.put(A_TENANT, KEY, b"label")

        labels.put(A_TENANT, KEY, b"label")

        assert labels.get(A_TENANT, KEY) == b"label"

    def test_a_store_that_works_passes_its_check_each_time_and_loses_nothing(self, labels: LabelStore) -> None:
        labels.put(A_TENANT, KEY, b"label")

        labels.check(A_TENANT)
        labels.check(A_TENANT)

        assert labels.get(A_TENANT, KEY) == b"label"

    @pytest.mark.parametrize("tenant", [ANOTHER_TENANT, ITS_LIVE_MODE])
    def test_nobody_else_gets_it(self, labels: LabelStore, tenant: Tenant) -> None:
        labels.put(A_TENANT, KEY, b"label")

        with pytest.raises(NotFound):
            labels.get(tenant, KEY)

    @pytest.mark.parametrize("key", ["shp_1/pur_1/other.pdf", "shp_2/label.pdf"])
    def test_what_was_not_put_is_not_found(self, labels: LabelStore, key: str) -> None:
        labels.put(A_TENANT, KEY, b"label")

        with pytest.raises(NotFound):
            labels.get(A_TENANT, key)

    @pytest.mark.parametrize(
        "key",
        ["", "/etc/passwd", "../label.pdf", "a/../../label.pdf", "a//b", ".hidden", "a/.", "a\\..\\b", "a\n", "ü.pdf"],
    )
    def test_a_key_that_leads_elsewhere_is_refused(self, labels: LabelStore, key: str) -> None:
        with pytest.raises(ValueError, match="key"):
            labels.put(A_TENANT, key, b"label")
        with pytest.raises(ValueError, match="key"):
            labels.get(A_TENANT, key)


class TestTheFolder:
    def test_its_bytes_are_answered_directly(self, tmp_path: Path) -> None:
        labels: LabelStore = FolderLabels(tmp_path)

        assert labels.link(A_TENANT, KEY) is None

    def test_a_put_that_fails_leaves_what_was_there_and_no_debris(self, tmp_path: Path) -> None:
        labels = FolderLabels(tmp_path)
        labels.put(A_TENANT, KEY, b"first")

        with pytest.raises(TypeError):
            labels.put(A_TENANT, KEY, "no bytes")  # type: ignore[arg-type]  # the fault that is wanted

        assert labels.get(A_TENANT, KEY) == b"first"
        assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["label.pdf"]

    def test_a_folder_that_can_not_be_written_fails_its_check(self, tmp_path: Path) -> None:
        (tmp_path / "labels").write_text("a file stands in the folder's place")

        with pytest.raises(Unavailable):
            FolderLabels(tmp_path / "labels").check(A_TENANT)

    def test_checks_pile_nothing_up(self, tmp_path: Path) -> None:
        for _ in range(3):
            FolderLabels(tmp_path).check(A_TENANT)

        assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1

    def test_nobody_else_on_the_machine_reads_it(self, tmp_path: Path) -> None:
        FolderLabels(tmp_path).put(A_TENANT, KEY, b"label")

        (path,) = (path for path in tmp_path.rglob("*") if path.is_file())
        assert path.stat().st_mode & 0o077 == 0

    def test_a_tenant_that_leads_elsewhere_is_refused(self, tmp_path: Path) -> None:
        tenant = Tenant("../acc", "test")  # type: ignore[arg-type]  # the fault that is wanted

        with pytest.raises(ValueError, match="key"):
            FolderLabels(tmp_path / "labels").put(tenant, KEY, b"label")


class TestTheBucket:
    @pytest.mark.parametrize(
        ("suffix", "media_type"),
        [
            ("pdf", "application/pdf"),
            ("png", "image/png"),
            ("zpl", "application/zpl"),
            ("x", "application/octet-stream"),
        ],
    )
    def test_a_link_leads_to_the_bytes_with_their_type(self, bucket: S3Labels, suffix: str, media_type: str) -> None:
        bucket.put(A_TENANT, f"label.{suffix}", b"label")

        answer = requests.get(bucket.link(A_TENANT, f"label.{suffix}"), timeout=5)

        assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (200, b"label", media_type)

    def test_a_link_lives_for_five_minutes(self, bucket: S3Labels) -> None:
        assert "X-Amz-Expires=300" in bucket.link(A_TENANT, KEY)

    def test_its_client_is_made_when_it_is_needed_and_once(self, s3: Any) -> None:
        asked: list[str] = []

        def client() -> Any:
            asked.append("client")
            return s3

        labels = S3Labels(BUCKET, client)
        assert asked == []

        with mock_aws():
            labels.link(A_TENANT, KEY)
            labels.link(A_TENANT, KEY)

        assert asked == ["client"]

    @pytest.mark.parametrize(
        "fault",
        [
            ConnectTimeoutError(endpoint_url="http://s3"),
            ClientError({"Error": {"Code": "SlowDown"}, "ResponseMetadata": {"HTTPStatusCode": 503}}, "PutObject"),
        ],
    )
    def test_a_bucket_that_does_not_answer_is_unavailable(self, fault: Exception) -> None:
        labels = S3Labels(BUCKET, lambda: Silent(fault))

        with pytest.raises(Unavailable):
            labels.put(A_TENANT, KEY, b"label")
        with pytest.raises(Unavailable):
            labels.get(A_TENANT, KEY)
        with pytest.raises(Unavailable):
            labels.check(A_TENANT)

    @pytest.mark.parametrize(("code", "status"), [("AccessDenied", 403), ("NoSuchBucket", 404)])
    def test_a_bucket_that_keeps_nothing_fails_its_check(self, code: str, status: int) -> None:
        fault = ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "PutObject")

        with pytest.raises(Unavailable):
            S3Labels(BUCKET, lambda: Silent(fault)).check(A_TENANT)

    def test_a_fault_of_ours_stays_what_it_is(self) -> None:
        fault = ClientError(
            {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 403}}, "PutObject"
        )

        with pytest.raises(ClientError):
            S3Labels(BUCKET, lambda: Silent(fault)).put(A_TENANT, KEY, b"label")


class Silent:
    """An S3 client that never succeeds."""

    def __init__(self, fault: Exception) -> None:
        self._fault = fault

    def put_object(self, **_: object) -> None:
        raise self._fault

    def get_object(self, **_: object) -> None:
        raise self._fault
