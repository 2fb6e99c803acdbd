"""Runs resolvers: their JavaScript, and the data sources between the handlers."""
