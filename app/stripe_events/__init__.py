"""Events that Stripe posts: kept once each, then handed to the features that asked (`handing.on_event`).

Knows no feature. What an event means is theirs; that it is genuine, comes to them, and comes again after a failure
is decided here.
"""
