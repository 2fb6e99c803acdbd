"""What a front end is configured with, of a stage's outputs."""
