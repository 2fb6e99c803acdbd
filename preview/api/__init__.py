"""What changes for those who call the GraphQL API."""
