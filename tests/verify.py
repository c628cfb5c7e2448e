#!/usr/bin/env python3
"""Check a register's journal or archive. Needs Python 3.11 and `cryptography`; see `verifier/__init__.py`."""

import sys

from verifier.program import main

if __name__ == "__main__":
    sys.exit(main())
