"""Queues: how the rows of background work reach processes. Knows RQ; the bodies of jobs live in `app`."""
