"""Erasing persons: from what was kept, and from what still arrives (billing-rules 30)."""
