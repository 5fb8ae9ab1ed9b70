"""The servers and processes of `./run` and the tests: everything that a deployment gets from elsewhere.

Standard library only, so that PostgreSQL is already starting while the product's own packages are not even
imported. Nothing here is used in production.
"""
