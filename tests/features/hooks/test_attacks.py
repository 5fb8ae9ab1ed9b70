"""Addresses by which a manager might have us call what is ours."""

from __future__ import annotations

import pytest

from app.gateways import calling


@pytest.mark.parametrize(
    "address", ["64:ff9b:1::a00:1", "64:ff9b:1::a9fe:a9fe", "::127.0.0.1", "::10.0.0.1", "fec0::1", "5f00::1"]
)
def test_what_is_written_as_ipv6_but_is_no_address_of_the_internet_is_not_called(address: str) -> None:
    """RFC 8215 keeps 64:ff9b:1::/48 for a network's own way to its IPv4; the rest lie outside of 2000::/3."""
    assert not calling.is_public(address)
    with pytest.raises(calling.Unreached, match="private"):
        calling.judged(address, 443, strict=True)


@pytest.mark.parametrize("address", ["2606:4700:4700::1111", "64:ff9b::101:101", "::ffff:1.1.1.1"])
def test_the_internet_is_called(address: str) -> None:
    assert calling.is_public(address)
