"""What residents owe and why: the ledger of each unit as the manager's books hold it, to the grosz."""
