"""Nothing of ours is reached by an address that somebody gave, and nobody keeps us waiting."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.gateways import calling
from tests.features.hooks.receiver import receiver

PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:db8::1", "nonsense",
    "::127.0.0.1", "::a00:1", "64:ff9b:1::7f00:1", "2001:470:1::5efe:10.0.0.1", "fec0::1", "100::1", "4000::1",
    "2001:0:7f00:1::1", "255.255.255.255", "240.0.0.1", "192.0.0.1", "198.18.0.1",
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


def test_a_name_in_front_of_the_host_is_never_sent() -> None:
    with receiver() as program, pytest.raises(calling.Unreached):
        calling.post(program.url.replace("http://", "http://public.example@"), b"{}", {}, strict=False)
    assert program.got == []


def test_a_certificate_must_be_of_the_host_that_was_asked(tmp_path: Path, monkeypatch: Any) -> None:
    with program_with_certificate("localhost", tmp_path) as port:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "localhost.pem"))
        assert calling.post(f"https://localhost:{port}/", b"{}", {}, strict=False).status == 204
    with program_with_certificate("inny.example", tmp_path) as port:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "inny.example.pem"))
        with pytest.raises(calling.Unreached, match="tls"):
            calling.post(f"https://localhost:{port}/", b"{}", {}, strict=False)


@contextmanager
def program_with_certificate(host: str, folder: Path) -> Iterator[int]:
    """An HTTPS server that shows a certificate of `host`, made by itself; its port."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    day = datetime.now(UTC) - timedelta(days=1)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(day).not_valid_after(day + timedelta(days=9))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / f"{host}.pem").write_bytes(pem)
    (folder / f"{host}.key").write_bytes(key.private_bytes(*plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{host}.pem", folder / f"{host}.key")

    def serve() -> None:
        with suppress(OSError), context.wrap_socket(server.accept()[0], server_side=True) as client:
            said = b""
            while not said.endswith(b"{}"):  # hanging up on what was not read would cut our answer off
                said += client.recv(1000)
            client.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


@pytest.mark.parametrize("line", [b"X: " + b"y" * 100_000, b"\r\n".join(b"X: y" for _ in range(1000))])
def test_an_answer_that_is_too_large_is_not_read(line: bytes) -> None:
    def serve() -> None:
        with suppress(OSError), server.accept()[0] as client:
            client.recv(1000)
            client.sendall(b"HTTP/1.1 200 OK\r\n" + line + b"\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(calling.Unreached, match="broken"):
            calling.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {}, strict=False)
        thread.join()


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
