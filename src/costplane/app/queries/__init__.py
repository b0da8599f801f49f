"""Cost analysis: a scope and a definition in, an answer out of one snapshot."""
