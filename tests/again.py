"""Second tries of journeys: `./test` calls this when a run has failed.

A journey drives a browser, web processes and workers at once, so on a machine that is short of time one of them may
wait in vain. A few that failed are therefore tried once more, alone; what passes then is named, what fails again has
failed. Nothing but journeys is tried twice.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

MOST = 3
ROOT = Path(__file__).resolve().parent.parent
LAST = ROOT / ".pytest_cache" / "v" / "cache" / "lastfailed"


def main() -> int:
    try:
        failed = sorted(json.loads(LAST.read_text()))
    except (OSError, ValueError):
        return 1
    if not failed or len(failed) > MOST or not all(name.startswith("tests/journeys/test_") for name in failed):
        return 1
    print(f"\nTried once more, alone: {', '.join(failed)}", flush=True)
    done = subprocess.run([sys.executable, "-m", "pytest", "-n", "0", "-q", *failed], cwd=ROOT, check=False)
    if done.returncode == 0:
        print("Unsteady, yet passed alone: " + ", ".join(failed))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
