"""Named resources that callers keep at scopes: their shapes, rules and versions."""
