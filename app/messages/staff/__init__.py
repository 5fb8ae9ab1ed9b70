"""The office's side of conversations: who waits, one conversation, ready answers, what the manager promises."""

from app.messages.staff import handling, incoming, promising, queue, ready, thread
from app.messages.staff.frame import pages

__all__ = ["handling", "incoming", "pages", "promising", "queue", "ready", "thread"]
