"""A gentle load through the public door of a stage, to see that it does what it should."""
