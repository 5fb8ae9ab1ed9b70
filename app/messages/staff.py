"""The office's side of conversations."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("messages", __name__, template_folder="templates")
