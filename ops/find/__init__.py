"""Everything that is known of an order, in the order in which it happened."""
