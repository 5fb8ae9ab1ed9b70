"""Reads of meters, their readings and windows, and settlements."""

from app.meters.queries.dates import Verification, verifications

__all__ = ["Verification", "verifications"]
