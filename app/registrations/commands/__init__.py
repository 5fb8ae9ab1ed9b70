"""Writes of applications: sending, withdrawing and answering; recording, asking and deciding; proving oneself."""

from app.registrations.commands.deciding import Paper, approve, ask, forget_old, record_paper, reject
from app.registrations.commands.granting import Grant, free_login
from app.registrations.commands.proving import Facts, ask_proof, prove
from app.registrations.commands.sending import Sent, admit, answer, confirm_email, send, withdraw

__all__ = [
    "Facts",
    "Grant",
    "Paper",
    "Sent",
    "admit",
    "answer",
    "approve",
    "ask",
    "ask_proof",
    "confirm_email",
    "forget_old",
    "free_login",
    "prove",
    "record_paper",
    "reject",
    "send",
    "withdraw",
]
