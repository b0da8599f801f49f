"""The ledger: Delta Lake tables of usage and charges, appended to and never edited."""
