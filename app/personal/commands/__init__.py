"""Writes about personal data: requests and their answers, erasing, forgetting what is too old."""

from app.personal.commands.asking import answer, ask, download, erase_asked, set_periods, withdraw
from app.personal.commands.erasing import erase, erase_again
from app.personal.commands.forgetting import forget_old

__all__ = [
    "answer",
    "ask",
    "download",
    "erase",
    "erase_again",
    "erase_asked",
    "forget_old",
    "set_periods",
    "withdraw",
]
