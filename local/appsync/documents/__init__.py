"""Documents and schemas: scalars, validation in AppSync's words, and what a client selected."""
