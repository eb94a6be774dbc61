"""The local exchange: one that real clients cannot tell from Binance."""
