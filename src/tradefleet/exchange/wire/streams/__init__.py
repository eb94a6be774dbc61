"""Market streams over websockets."""
