"""Second factors, without a database: one-time codes, recovery codes, passkeys, and how secrets are kept."""
