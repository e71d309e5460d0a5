"""Tokens: kept by hashes, used until they near their end, fetched once for all who wait, forgotten when refused."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.carriers.gateway.faults import Stop
from chalicelib.carriers.gateway.tokens import CallTokens, Fields, TokenStore, scope_of
from chalicelib.domain.deadlines import Deadline
from tests.gateway_cases import SECRET, a_connection, after
from tests.waiting import until

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
KEY = f"ups|id|{SECRET}"


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class Server:
    """Gives tokens that live for an hour."""

    def __init__(self) -> None:
        self.given = 0

    def __call__(self) -> dict[str, Any]:
        self.given += 1
        end = datetime.now(UTC).astimezone() + timedelta(hours=1)
        return {"access_token": f"token-{self.given}", "expiry": end.strftime("%Y-%m-%d %H:%M:%S")}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> TokenStore:
    return TokenStore(clock)


@pytest.fixture
def server() -> Server:
    return Server()


def tokens(store: TokenStore, scope: str = "a", **more: Any) -> CallTokens:
    return CallTokens(store, scope, more.pop("deadline", after(5)), **more)


def token(view: CallTokens, server: Callable[[], Any]) -> Any:
    return view.thread_safe(refresh_func=server, cache_key=KEY, buffer_minutes=30).get_state()


def test_a_token_is_used_again_until_its_buffer_begins(store: TokenStore, clock: Clock, server: Server):
    assert token(tokens(store), server) == "token-1"

    clock.now_s += 29 * 60
    assert token(tokens(store), server) == "token-1"
    clock.now_s += 2 * 60
    assert token(tokens(store), server) == "token-2"


def test_one_call_tells_apart_what_it_got_and_what_was_kept(store: TokenStore, server: Server):
    first, second = tokens(store), tokens(store)
    token(first, server)
    token(first, server)
    token(second, server)

    assert (first.reused, first.fetched) == (False, 1)
    assert (second.reused, second.fetched) == (True, 0)


@pytest.mark.parametrize(
    ("minutes", "buffer", "life"), [(60, 30, 30), (240, 30, 210), (40, 30, 20), (10, 30, 5), (-10, 30, 0)]
)
def test_a_token_lives_until_its_buffer_or_half_way(minutes: int, buffer: int, life: int):
    end = (NOW + timedelta(minutes=minutes)).astimezone().strftime("%Y-%m-%d %H:%M:%S")

    assert max(0, Fields(buffer_minutes=buffer).life_s({"expiry": end}, NOW)) == life * 60


@pytest.mark.parametrize("data", [{}, {"expiry": None}, {"expiry": "soon"}, None, "token"])
def test_a_token_that_names_no_end_is_not_used_again(data: Any):
    assert Fields().life_s(data, NOW) == 0


def test_scopes_have_nothing_in_common(store: TokenStore, server: Server):
    assert token(tokens(store, "a"), server) != token(tokens(store, "b"), server)


def test_no_key_and_no_repr_holds_a_secret(store: TokenStore, server: Server):
    view = tokens(store)
    token(view, server)

    kept = repr(view) + repr(store) + repr(store._all) + repr(view.thread_safe(server, KEY))
    assert SECRET not in kept
    assert "token-1" not in kept
    assert SECRET not in scope_of(a_connection(None), ())


def test_many_who_wait_get_one_token(store: TokenStore, server: Server):
    go = threading.Event()

    def slowly() -> dict[str, Any]:
        go.wait(5)
        return server()

    with ThreadPoolExecutor(16) as threads:
        waiting = [threads.submit(token, tokens(store), slowly) for _ in range(16)]
        go.set()

        assert {one.result() for one in waiting} == {"token-1"}


def test_many_who_wait_get_one_value_also_from_a_plain_function(store: TokenStore, server: Server):
    barrier = threading.Barrier(8)

    def ask() -> Any:
        view = tokens(store)
        view.get(KEY)
        barrier.wait(5)
        view.set(KEY, server)
        return view.get(KEY)["access_token"]

    with ThreadPoolExecutor(8) as threads:
        assert {one.result() for one in [threads.submit(ask) for _ in range(8)]} == {"token-1"}


def test_nobody_waits_for_anothers_token_past_the_deadline(store: TokenStore, server: Server):
    held, go = threading.Event(), threading.Event()

    def hanging() -> dict[str, Any]:
        held.set()
        go.wait(5)
        return server()

    thread = threading.Thread(target=token, args=(tokens(store), hanging))
    thread.start()
    until(held.is_set)
    with pytest.raises(Stop) as stopped:
        token(tokens(store, deadline=after(0.05)), server)
    go.set()
    thread.join()

    assert stopped.value.fault.kind == "timeout"
    assert not stopped.value.fault.has_left


def test_one_account_does_not_wait_for_anothers_token(store: TokenStore, server: Server):
    held, go = threading.Event(), threading.Event()

    def hanging() -> dict[str, Any]:
        held.set()
        go.wait(5)
        return server()

    thread = threading.Thread(target=token, args=(tokens(store, "a"), hanging))
    thread.start()
    until(held.is_set)

    assert token(tokens(store, "b"), server) == "token-1"
    go.set()
    thread.join()


def test_a_refused_token_is_forgotten(store: TokenStore, server: Server):
    view = tokens(store)
    token(view, server)
    view.forget()

    assert token(tokens(store), server) == "token-2"


def test_a_token_that_is_newer_than_the_refused_one_is_kept(store: TokenStore, server: Server):
    slow, quick = tokens(store), tokens(store)
    token(slow, server)
    token(quick, server)
    quick.forget()
    token(tokens(store), server)

    slow.forget()

    assert token(tokens(store), server) == "token-2"


def test_a_fresh_look_takes_no_kept_token_and_leaves_the_new_one(store: TokenStore, server: Server):
    token(tokens(store), server)

    assert token(tokens(store, fresh=True), server) == "token-2"
    assert token(tokens(store), server) == "token-2"


def test_only_the_last_used_are_kept(clock: Clock, server: Server):
    store = TokenStore(clock, most=3)
    for scope in ("a", "b", "c"):
        token(tokens(store, scope), server)
    token(tokens(store, "a"), server)
    token(tokens(store, "d"), server)

    assert len(store._all) == 3
    assert token(tokens(store, "a"), server) == "token-1"
    assert token(tokens(store, "b"), server) == "token-5"


def test_a_token_that_does_not_come_is_said_so(store: TokenStore):
    view = tokens(store)

    with pytest.raises(Stop) as stopped:
        token(view, dict)

    assert stopped.value.fault.sentence == "gave no token"


def test_a_call_that_got_no_token_knows_it(store: TokenStore):
    view = tokens(store)

    def fails() -> dict[str, Any]:
        assert view.is_fetching
        raise KeyError("expires_in")

    with pytest.raises(KeyError):
        token(view, fails)

    assert view.has_failed
    assert not view.is_fetching


def test_a_deadline_that_has_passed_gets_no_wait(store: TokenStore, server: Server):
    assert token(tokens(store, deadline=Deadline(0, lambda: 1)), server) == "token-1"  # a free lock needs no wait


def test_a_scope_is_of_all_that_a_token_belongs_to():
    one = scope_of(a_connection("https://a.example"), ("https://a.example",))

    others = [
        scope_of(a_connection(None, id="con_2"), ("https://a.example",)),
        scope_of(a_connection(None, version=9), ("https://a.example",)),
        scope_of(a_connection(None, credentials={"client_id": "x"}), ("https://a.example",)),
        scope_of(a_connection(None, carrier_name="fedex"), ("https://a.example",)),
        scope_of(a_connection(None), ("https://b.example",)),
    ]
    assert len({one, *others}) == 6
