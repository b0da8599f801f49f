"""From what arrives to what is posted: every event once (billing-rules 2, 6, 9)."""
