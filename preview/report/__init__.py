"""Tells what a change does: as text, as Markdown, as JSON."""
