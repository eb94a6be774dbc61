"""Binance's REST and websocket forms over the engines."""
