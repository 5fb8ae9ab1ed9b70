"""Bank files: what banks report of the manager's accounts, and which units the money is for."""
