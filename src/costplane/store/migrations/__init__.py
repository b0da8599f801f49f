"""The steps by which a control plane's tables come to their present form (Alembic)."""
