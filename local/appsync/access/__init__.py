"""Who is allowed: sign-ins, signatures, keys, and the rules that a schema gives its fields."""
