"""Acceptance protocols (dokument odbioru): several people work on one document and sign it off."""
