"""Providers' bills in the ledger: imported, restated, and answering beside metered charges."""
