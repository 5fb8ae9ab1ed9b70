"""Invoices, receipts and notes of a site (dokument faktura)."""
