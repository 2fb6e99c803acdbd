"""Compares what the stage's tables, executions and queues say, and mends what can be mended."""
