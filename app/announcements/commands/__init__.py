"""Writing, publishing and taking back announcements; what residents do with them."""

from app.announcements.commands.publishing import appear, publish, release, unschedule, withdraw
from app.announcements.commands.reading import (
    asked,
    confirm,
    confirm_by_letter,
    mark_all_read,
    mark_letter_read,
    mark_read,
)
from app.announcements.commands.templates import delete_template, keep_template
from app.announcements.commands.writing import attach, change, copy, delete, describe, detach, write

__all__ = [
    "appear",
    "asked",
    "attach",
    "change",
    "confirm",
    "confirm_by_letter",
    "copy",
    "delete",
    "delete_template",
    "describe",
    "detach",
    "keep_template",
    "mark_all_read",
    "mark_letter_read",
    "mark_read",
    "publish",
    "release",
    "unschedule",
    "withdraw",
    "write",
]
