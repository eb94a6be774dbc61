"""What moves the prices: bars, generated markets, recorded messages, and the clock they run on."""
