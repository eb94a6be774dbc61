"""`python -m tradefleet` is the tradefleet command."""

from tradefleet.cli.main import main

if __name__ == "__main__":
    main()
