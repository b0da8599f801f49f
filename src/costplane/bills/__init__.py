"""Providers' bills: formats told by their columns, read as text, mapped to FOCUS 1.4 rows.

`formats` is the registry, a table of rows for each format; `csv_text` and `parquet_text` read;
`mapping` makes one statement of a format and a file's header; `bill` puts them together.
"""
