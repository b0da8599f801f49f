"""The steps by which a control plane's tables come to their present form (Alembic).

A change of `store/tables/` comes with a further file in `versions/` and with its number in
`store/schema.py`, which makes a new control plane without them; tests compare all that the steps
make, tables and rows, with what it makes and with what the code expects.
"""
