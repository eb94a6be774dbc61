"""USD-margined perpetuals on the wire: Binance's /fapi."""
