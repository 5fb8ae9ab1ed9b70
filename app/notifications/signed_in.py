"""Powiadomienia: what one wants to be told."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("notifications", __name__, template_folder="templates")
