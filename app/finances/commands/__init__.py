"""What changes around the ledger; the ledger itself is written by imports alone."""
