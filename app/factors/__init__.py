"""The second factor of logging in: one-time codes, passkeys, recovery codes. Also the devices that are logged in."""
