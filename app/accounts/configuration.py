"""The manager's rules of passwords and sessions."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("account_rules", __name__, template_folder="templates")
