"""Evaluates the program as it is in a folder, and finds the folder's like of another revision."""
