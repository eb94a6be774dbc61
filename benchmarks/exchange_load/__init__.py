"""Clients that load a local exchange: as light as can be, so that it is the server that is measured."""
