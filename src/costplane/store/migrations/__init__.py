"""The steps by which a control plane's tables come to their present form (Alembic).

A change of `store/tables/` comes with a further file in `versions/` and with its number in
`store/schema.py`; tests compare the tables that the steps make with those that the code expects.
"""
