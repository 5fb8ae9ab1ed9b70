"""Mailouts (wysyłki): one message to many, from the audience to a counted result."""
