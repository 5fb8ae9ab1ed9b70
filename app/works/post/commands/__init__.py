"""Writes of letters: sending, taking in what comes by mail, deciding about it, drafts, the address book."""

from app.works.post.commands import arriving as arriving  # listens at the mailroom's door
