"""The tests run from the project's root; the local stack's own package lies in sandbox."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2] / "sandbox")]
