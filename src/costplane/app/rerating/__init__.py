"""Posted usage, rated again with the prices of now (billing-rules 12)."""
