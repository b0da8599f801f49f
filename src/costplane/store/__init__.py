"""The control plane: catalog, price sheets and settings in SQLite or PostgreSQL."""
