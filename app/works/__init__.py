"""The works zone (strefa klienta): for each building site a space with its members, letters, files and guests."""
