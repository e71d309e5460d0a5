"""Signed tokens: what we know again, and what nobody else can make."""

import contextlib
import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import InvalidRequest, NotFound
from chalicelib.domain.ids import AccountId
from chalicelib.domain.signed_links import LONGEST_TOKEN, signed, verified
from chalicelib.domain.tenants import Tenant
from chalicelib.services.signed_links import CONTEXT, SignedLinks

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WEEK = NOW + timedelta(days=7)
SECRET = b"s" * 32
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

TENANT = Tenant(AccountId("acc_1"), "test")
FILTERS = {"list": "shipments", "status": "created"}

payloads = st.dictionaries(
    st.text(max_size=20).filter(lambda key: key != "!e"),
    st.none() | st.integers(-(10**30), 10**30) | st.text(max_size=20),
    max_size=6,
)


class KeptSecret:
    """The one secret, in memory; counts how often it is asked for."""

    def __init__(self, kept: bytes | None = None) -> None:
        self.kept = kept
        self.finds = 0
        self.adds = 0

    def find(self) -> bytes | None:
        self.finds += 1
        return self.kept

    def add(self, ciphertext: bytes) -> bytes:
        self.adds += 1
        self.kept = self.kept or ciphertext
        return self.kept


class SlowSecret(KeptSecret):
    """Answers when a second thread asks too, or when none does so for a while."""

    def __init__(self) -> None:
        super().__init__()
        self._second = threading.Barrier(2)

    def find(self) -> bytes | None:
        found = super().find()
        with contextlib.suppress(threading.BrokenBarrierError):
            self._second.wait(timeout=0.1)
        return found


class LostRace(KeptSecret):
    """Has no secret when it is asked, and somebody else's when one is to be added."""

    def find(self) -> bytes | None:
        return None


class Reversed:
    """Encryption that anybody can undo, but only with the right context."""

    def encrypt(self, plaintext: bytes, context: dict[str, str]) -> bytes:
        return str(context).encode() + plaintext[::-1]

    def decrypt(self, ciphertext: bytes, context: dict[str, str]) -> bytes:
        if not ciphertext.startswith(str(context).encode()):
            raise ValueError("another context")
        return ciphertext.removeprefix(str(context).encode())[::-1]


def links(kept: KeptSecret | None = None, secret: bytes = SECRET) -> SignedLinks:
    return SignedLinks(kept or KeptSecret(), Reversed(), lambda size: (secret * 2)[:size])


class TestTokens:
    @given(payloads, st.none() | st.just(WEEK))
    def test_what_was_signed_comes_back(
        self, payload: dict[str, str | int | None], expires_at: datetime | None
    ) -> None:
        token = signed(SECRET, "file", payload, expires_at)

        assert verified(SECRET, "file", token, NOW) == payload
        assert set(token) <= set(ALPHABET)

    def test_no_token_is_made_that_is_too_long_to_be_known_again(self) -> None:
        longest = signed(SECRET, "file", {"k": "x" * 1476}, None)

        assert len(longest) == LONGEST_TOKEN
        assert verified(SECRET, "file", longest, NOW) == {"k": "x" * 1476}
        with pytest.raises(ValueError, match="2002 characters"):
            signed(SECRET, "file", {"k": "x" * 1477}, None)

    def test_text_beyond_ascii_takes_no_more_room_than_its_bytes(self) -> None:
        payload = {"k": "ü" * 700}

        assert verified(SECRET, "file", signed(SECRET, "file", payload, None), NOW) == payload

    def test_the_order_of_members_makes_no_other_token(self) -> None:
        tokens = {signed(SECRET, "file", payload, WEEK) for payload in ({"a": 1, "z": 2}, {"z": 2, "a": 1})}

        assert len(tokens) == 1

    @given(st.data())
    def test_any_changed_character_makes_it_unknown(self, data: st.DataObject) -> None:
        token = signed(SECRET, "file", {"k": "label.pdf"}, WEEK)
        at = data.draw(st.integers(0, len(token) - 1))
        other = data.draw(st.one_of(st.sampled_from(ALPHABET), st.characters()).filter(lambda c: c != token[at]))

        with pytest.raises(NotFound):
            verified(SECRET, "file", token[:at] + other + token[at + 1 :], NOW)

    @given(st.text())
    def test_any_other_text_is_unknown(self, text: str) -> None:
        with pytest.raises(NotFound):
            verified(SECRET, "file", text, NOW)

    @pytest.mark.parametrize("change", ["", "A", "=", "==", "\n", "A" * LONGEST_TOKEN])
    def test_a_longer_or_shorter_one_is_unknown(self, change: str) -> None:
        token = signed(SECRET, "file", {"k": "label.pdf"}, None)

        with pytest.raises(NotFound):
            verified(SECRET, "file", token + change if change else token[:-1], NOW)

    def test_it_is_good_for_one_purpose_and_one_secret(self) -> None:
        token = signed(SECRET, "file", {"k": "label.pdf"}, None)

        for secret, purpose in ((SECRET, "cursor"), (SECRET, "fil"), (b"t" * 32, "file")):
            with pytest.raises(NotFound):
                verified(secret, purpose, token, NOW)

    def test_a_link_that_an_earlier_version_handed_out_opens_still(self) -> None:
        token = "VbL3S-zHm_FUFYlZ_CK-SXsiayI6ImxhYmVsLnBkZiJ9"

        assert verified(SECRET, "file", token, NOW) == {"k": "label.pdf"}

    def test_expiry_is_exact(self) -> None:
        token = signed(SECRET, "file", {}, WEEK)

        assert verified(SECRET, "file", token, WEEK - timedelta(microseconds=1)) == {}
        with pytest.raises(NotFound, match=r"^This link does not exist, or it has expired$"):
            verified(SECRET, "file", token, WEEK)


class TestLinks:
    def test_a_link_leads_to_one_object_of_one_tenant(self) -> None:
        service = links()

        token = service.file_token(TENANT, "shp_1/label.pdf", WEEK)

        assert service.file_of(token, NOW) == (TENANT, "shp_1/label.pdf")
        with pytest.raises(NotFound):
            service.file_of(token, WEEK)

    def test_a_cursor_is_no_link(self) -> None:
        service = links()

        with pytest.raises(NotFound):
            service.file_of(service.cursor(TENANT, FILTERS, "shp_1"), NOW)


class TestCursors:
    def test_a_cursor_leads_to_where_the_page_ended(self) -> None:
        service = links()

        assert service.after(TENANT, FILTERS, service.cursor(TENANT, FILTERS, "shp_1"), NOW) == "shp_1"

    @pytest.mark.parametrize(
        ("tenant", "filters"),
        [
            (Tenant(AccountId("acc_2"), "test"), FILTERS),
            (Tenant(AccountId("acc_1"), "live"), FILTERS),
            (TENANT, {**FILTERS, "status": "draft"}),
            (TENANT, {"list": "shipments"}),
            (TENANT, {**FILTERS, "list": "trackers"}),
        ],
    )
    def test_it_fits_no_other_tenant_list_or_filter(self, tenant: Tenant, filters: dict[str, str]) -> None:
        service = links()

        with pytest.raises(InvalidRequest) as refused:
            service.after(tenant, filters, service.cursor(TENANT, FILTERS, "shp_1"), NOW)

        sentence = "Use a cursor of this very list, with the filters that it was made with"
        assert refused.value.message == "The cursor does not fit this list"
        assert refused.value.details == {"cursor": sentence}

    def test_the_order_of_filters_does_not_matter(self) -> None:
        service = links()
        cursor = service.cursor(TENANT, FILTERS, "shp_1")

        assert service.after(TENANT, dict(reversed(FILTERS.items())), cursor, NOW) == "shp_1"


class TestSecret:
    def test_it_is_made_when_it_is_first_needed_and_read_once_a_process(self) -> None:
        kept = SlowSecret()
        service = links(kept)
        assert kept.finds == 0

        threads = [threading.Thread(target=service.cursor, args=(TENANT, FILTERS, "shp_1")) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert (kept.finds, kept.adds) == (1, 1)

    def test_another_process_knows_the_tokens_of_the_first(self) -> None:
        kept = KeptSecret()
        cursor = links(kept).cursor(TENANT, FILTERS, "shp_1")

        assert links(kept, secret=b"t" * 32).after(TENANT, FILTERS, cursor, NOW) == "shp_1"

    def test_who_loses_the_race_to_make_it_takes_the_winners(self) -> None:
        winner = KeptSecret()
        cursor = links(winner).cursor(TENANT, FILTERS, "shp_1")

        loser = links(LostRace(winner.kept), secret=b"t" * 32)

        assert loser.after(TENANT, FILTERS, cursor, NOW) == "shp_1"

    def test_it_is_not_kept_as_it_is(self) -> None:
        kept = KeptSecret()

        links(kept, secret=bytes(range(32))).cursor(TENANT, FILTERS, "shp_1")

        assert kept.kept is not None
        assert bytes(range(32)) not in kept.kept

    def test_it_has_256_bits(self) -> None:
        kept = KeptSecret()

        links(kept).cursor(TENANT, FILTERS, "shp_1")

        assert kept.kept is not None
        assert len(Reversed().decrypt(kept.kept, CONTEXT)) == 32


class TestMarks:
    def test_a_mark_tells_texts_and_purposes_apart_and_is_the_same_again(self) -> None:
        marks = [links().mark(*text) for text in (("a", "one"), ("a", "two"), ("b", "one"), ("a", "one"))]

        assert len(set(marks)) == 3
        assert marks[3] == marks[0]

    def test_nobody_without_the_secret_can_try_guesses(self) -> None:
        assert links().mark("a", "password") != links(secret=b"t" * 32).mark("a", "password")
