"""Start credentials: handing out a login and a first secret by two channels, letter, link or screen; one or a batch."""
