"""What Pulumi would do with each resource, and what is lost by it."""
