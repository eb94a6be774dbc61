"""Orders, books, accounts and their ledger, in exact decimals; no I/O, no clock, no randomness of its own."""
