"""Wiadomości: what the manager has sent."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("news", __name__, template_folder="templates")
