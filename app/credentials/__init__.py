"""Start credentials: handing out a login and a first secret by two separate channels."""
