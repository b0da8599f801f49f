"""A Python module that only lists values, read as text: nothing of it is run."""

from __future__ import annotations

import ast
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any


def read_literals(text: str, name: str) -> Any:
    """The value that the module gives to `name`.

    A call gives the mapping of its keyword arguments (a trailing "_" of a name is left out), but
    Decimal("1.5") a decimal and datetime.date(2026, 1, 2) the text "2026-01-02". Raises
    SyntaxError for a text that is no Python, ValueError for one that is more than such a list.
    """
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.AnnAssign) and ast.unparse(statement.target) == name:
            return _value(statement.value)
    raise ValueError(f"the module does not list {name}")


def _value(node: ast.expr | None) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [_value(item) for item in items]
        case ast.Dict(keys=keys, values=values):
            return {_value(k): _value(v) for k, v in zip(keys, values, strict=True)}
        case ast.Call():
            return _called(node)
        case ast.Attribute():
            return ast.unparse(node)
    raise ValueError(f"{ast.unparse(node) if node else 'nothing'} is no plain value")


def _called(call: ast.Call) -> Any:
    name = ast.unparse(call.func).rpartition(".")[2]
    arguments = [_value(argument) for argument in call.args]
    if name == "Decimal" and len(arguments) == 1:
        try:
            return Decimal(str(arguments[0]))
        except InvalidOperation as error:
            raise ValueError(f"{arguments[0]!r} is no decimal") from error
    if name == "date":
        return date(*arguments).isoformat()
    return {str(k.arg).rstrip("_"): _value(k.value) for k in call.keywords}
