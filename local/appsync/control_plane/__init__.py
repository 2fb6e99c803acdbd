"""What is deployed: the emulator's control plane, with the refusals that it lacks."""
