"""Everything kept on disk: the ledger, and the catalog of bars."""
