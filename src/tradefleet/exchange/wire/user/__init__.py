"""What an account is told about itself, as it happens."""
