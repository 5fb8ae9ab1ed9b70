"""First pages, and pages that belong to no single feature: the product page, the theme, a tenant's start.

Among them the residents' tabs of own data, documents, news and contact, and the office's list of people.
"""
