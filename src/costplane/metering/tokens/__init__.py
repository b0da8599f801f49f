"""Tokens of what is not yet sent: text, images and sound, by the documented rules of a model."""
