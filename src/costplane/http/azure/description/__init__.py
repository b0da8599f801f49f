"""The OpenAPI description of Azure's operations, made from their table."""
