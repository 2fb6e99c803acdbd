"""What a change of the program does, seen without an account."""
