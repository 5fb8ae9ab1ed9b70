"""Napisz do nas: a resident's conversations with the office."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("messages", __name__, template_folder="templates")
