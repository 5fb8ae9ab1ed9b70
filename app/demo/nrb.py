"""Fictional individual bank accounts (NRB) with right check digits, at a sort code that no bank has."""

from app.core.checksums import nrb

SORT_CODE = "99990000"


def account_number(client: int, payer: int) -> str:
    """26 digits: check digits, the fictional sort code, a 4-digit client and a 12-digit payer.

    ValueError when a number does not fit its digits.
    """
    if not (0 <= client <= 9999 and 0 <= payer < 10**12):
        raise ValueError("the client has up to 4 digits and the payer up to 12")
    body = f"{SORT_CODE}{client:04d}{payer:012d}"
    return nrb(body)
