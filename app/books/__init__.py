"""Księgi: the manager's books as its staff read them, and a resident's view of the portal for whoever helps.

Staff see only the buildings that are theirs. Nothing here changes the books: they come by imports.
"""
