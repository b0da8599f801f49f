"""Who may do what, and where: roles, assignments, tokens, sign-in by OpenID Connect, the audit."""
