"""Costs divided by calls, tokens, users, sessions and business counts."""
