"""Use cases: what the product does, wired from its parts."""
