"""Azure's Resources API: subscriptions, groups, resources and their tags."""
