"""The embedded cloud: runs the Pulumi program on one machine, with no AWS account."""

# The stage that it deploys.
STAGE = "local"
