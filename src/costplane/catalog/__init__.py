"""Whose usage it is: billing accounts, subscriptions, groups, resources, deployments, tags."""
