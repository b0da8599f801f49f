"""Meters with tiers: whole months of an account, settled (billing-rules 14)."""
