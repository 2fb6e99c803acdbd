"""Runs requests against a deployed API: queries, mutations and subscriptions."""
