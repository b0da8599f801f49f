"""The web server: Azure's API shapes, the own `/v1`, and the page."""
