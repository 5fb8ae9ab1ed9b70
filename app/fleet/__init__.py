"""The console's view of all managers at once: figures that each gathers, limits of plans, work, news for their staff.

Only counts, sizes and moments leave a manager's schema, never a resident's data.
"""
