"""``python -m local_stack WORD --directory D``: starts, watches and removes the local stack."""

import sys

from .launcher.commands import main

sys.exit(main())
