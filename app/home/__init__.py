"""First pages, and pages that belong to no single feature: the product page, the theme, a tenant's start."""
