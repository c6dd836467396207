"""`python -m losi` is the same as `losi`."""

from __future__ import annotations

from losi.cli import main

if __name__ == "__main__":
    main(prog_name="losi")
