"""Strażnik publikacji: looks through a text for personal data before more than one person can read it."""
