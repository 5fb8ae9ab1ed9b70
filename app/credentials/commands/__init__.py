"""Writes of start credentials: handing them out, one by one and in batches, printing and using letters."""

from app.credentials.commands.handing import Issued, hand_out
from app.credentials.commands.redeeming import redeem

__all__ = ["Issued", "hand_out", "redeem"]
