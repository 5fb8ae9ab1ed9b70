"""What residents and staff do in conversations."""

from app.messages.commands.answering import take_in as take_in_answer
from app.messages.commands.arriving import take_in
from app.messages.commands.handling import accept, drop, handle, mark_read, set_state, take
from app.messages.commands.templates import save_template, withdraw_template
from app.messages.commands.writing import answer, note, reply, start, write

__all__ = [
    "accept",
    "answer",
    "drop",
    "handle",
    "mark_read",
    "note",
    "reply",
    "save_template",
    "set_state",
    "start",
    "take",
    "take_in",
    "take_in_answer",
    "withdraw_template",
    "write",
]
