"""Pricing: dated price sheets, what their meters price, and which price a usage gets."""
