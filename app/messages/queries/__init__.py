"""Reads of conversations: residents see their own, staff those of the buildings that they look after."""

from app.messages.queries.lines import ThreadLine
from app.messages.queries.listing import PAGE_SIZE, Wanted, Work, corrections, threads, unread, waiting, work
from app.messages.queries.office import (
    Template,
    colleague,
    colleagues,
    field_values,
    in_scope,
    template,
    templates,
    thread_of_unverified,
    units_of,
)
from app.messages.queries.reading import (
    PLACE,
    Attachment,
    FileLine,
    MessageLine,
    Thread,
    attachment,
    thread,
    thread_row,
)

__all__ = [
    "PAGE_SIZE",
    "PLACE",
    "Attachment",
    "FileLine",
    "MessageLine",
    "Template",
    "Thread",
    "ThreadLine",
    "Wanted",
    "Work",
    "attachment",
    "colleague",
    "colleagues",
    "corrections",
    "field_values",
    "in_scope",
    "template",
    "templates",
    "thread",
    "thread_of_unverified",
    "thread_row",
    "threads",
    "units_of",
    "unread",
    "waiting",
    "work",
]
