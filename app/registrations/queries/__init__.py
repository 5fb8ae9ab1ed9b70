"""Reads of applications: the queue, one of them, whom and what in the books it may mean, how it stands."""

from app.registrations.queries.matching import Candidate, Match, UnitLine, match
from app.registrations.queries.queue import Application, Line, Note, Status, application, late, queue, status, waiting

__all__ = [
    "Application",
    "Candidate",
    "Line",
    "Match",
    "Note",
    "Status",
    "UnitLine",
    "application",
    "late",
    "match",
    "queue",
    "status",
    "waiting",
]
