"""What happens to a strategy's decisions in a market: the rule book and the simulator that applies it."""
