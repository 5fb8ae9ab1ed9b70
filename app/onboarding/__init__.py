"""Opening a new manager, and taking a whole one out of the platform and back.

Used by operators. Whatever happens in the middle, a manager is either there, complete, or not there at all.
"""
