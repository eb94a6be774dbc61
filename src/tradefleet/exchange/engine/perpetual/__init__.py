"""USD-margined perpetuals: positions, margin, liquidation, funding, conditional orders."""
