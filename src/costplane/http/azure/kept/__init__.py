"""What callers keep at scopes: budgets, alerts, exports, views, schedules, settings, rules."""
