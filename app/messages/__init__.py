"""Conversations between residents and the office (Napisz do nas)."""
