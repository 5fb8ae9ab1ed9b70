"""A manager asks for a trial: an address of a portal, a letter to confirm, the order that a worker carries out."""
