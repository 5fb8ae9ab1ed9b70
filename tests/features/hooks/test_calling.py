"""Nothing of ours is reached by an address that somebody gave, and nobody keeps us waiting."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

from app.gateways import calling
from tests.features.hooks.receiver import receiver

PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:db8::1", "nonsense",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not calling.is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_an_address_of_the_internet_is(address: str) -> None:
    assert calling.is_public(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "017700000001", "127.1", "169.254.169.254"]
)
def test_however_it_is_written_nothing_inside_is_called(host: str) -> None:
    with pytest.raises(calling.Unreached) as refused:
        calling.post(f"https://{host}/", b"{}", {}, strict=True)
    assert refused.value.problem in ("private", "name")


def test_production_wants_https() -> None:
    with receiver() as program, pytest.raises(calling.Unreached):
        calling.post(program.url, b"{}", {}, strict=True)
    assert program.got == []


def test_a_name_is_looked_up_once_and_the_judged_address_is_called(monkeypatch: Any) -> None:
    """A name that is public when it is judged and private when it is called would open the inside (DNS rebinding)."""
    asked: list[str] = []
    called: list[Any] = []

    def looked_up(host: str, port: int, **_more: Any) -> Any:
        asked.append(host)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34" if len(asked) == 1 else "127.0.0.1", port))
        ]

    def connected(address: Any, **_more: Any) -> Any:
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    monkeypatch.setattr(socket, "create_connection", connected)
    with pytest.raises(calling.Unreached, match="refused"):
        calling.post("https://zmienny.example/", b"{}", {}, strict=True)
    assert asked == ["zmienny.example"] and called == [("93.184.216.34", 443)]


def test_a_name_with_one_private_address_is_not_called_at_all(monkeypatch: Any) -> None:
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: both)
    with pytest.raises(calling.Unreached, match="private"):
        calling.post("https://oba.example/", b"{}", {}, strict=True)


@pytest.mark.parametrize("drips", [False, True])
def test_who_is_silent_or_answers_a_letter_at_a_time_is_left(drips: bool) -> None:
    with receiver() as program:
        program.hangs, program.drips = threading.Event(), drips
        with pytest.raises(calling.Unreached, match="timeout"):
            calling.post(program.url, b"{}", {}, strict=False, seconds=0.3)


def test_who_is_not_there_who_hangs_up_and_who_has_no_certificate(monkeypatch: Any) -> None:
    with receiver() as program:
        address = program.url
        with pytest.raises(calling.Unreached, match="tls"):
            calling.post(address.replace("http:", "https:"), b"{}", {}, strict=False)
    with pytest.raises(calling.Unreached, match="refused"):
        calling.post(address, b"{}", {}, strict=False)
    with pytest.raises(calling.Unreached, match="name"):
        calling.post("http://nie-ma.invalid/", b"{}", {}, strict=False)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        thread = threading.Thread(target=lambda: silent.accept()[0].close())
        thread.start()
        with pytest.raises(calling.Unreached, match="broken"):
            calling.post(f"http://127.0.0.1:{silent.getsockname()[1]}/", b"{}", {}, strict=False)
        thread.join()
