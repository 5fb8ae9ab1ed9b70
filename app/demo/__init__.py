"""Realistic synthetic managers: estates, people and books made from a seed.

Used by `flask demo load`, by tests and by benchmarks. Nothing here touches a database except
`commands`. What must always hold: the same seed, size and day give the same bytes; every reference
resolves; money is whole grosze and every total agrees; every address, account number and e-mail belongs
to nobody.
"""
