"""Feeds, their days and their imports as pages show them: words, status keys, rows of cells."""
