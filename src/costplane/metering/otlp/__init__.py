"""OpenTelemetry traces: spans of calls to models become usage events.

Only inference spans count; only the attributes of `attributes.READ` are ever looked at, so that
prompts and answers go no further than the body that they came in.
"""
