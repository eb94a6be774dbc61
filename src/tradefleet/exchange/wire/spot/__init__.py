"""The REST endpoints of the spot market."""
