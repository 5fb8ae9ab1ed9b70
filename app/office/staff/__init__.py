"""The manager's configuration: its hub, and the pages about the office itself."""

from app.office.staff import hub, letters, look, menu, office, texts  # noqa: F401
from app.office.staff.hub import pages

__all__ = ["pages"]
