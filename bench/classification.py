"""Day one, measured: how often rules and catalogue alone are right about the labelled messages.

    python -m bench.classification [--catalogue FOLDER] [--print]

Runs `mailroom evaluate` on the seen and on the blind messages, and writes the table into docs/classification.md.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.classification_report import Day, text, write
from bench.example import CONFIG, ROOT, copy_example
from bench.messages.__main__ import write as write_messages

DOCUMENT = ROOT / "docs" / "classification.md"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.classification", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--catalogue", type=Path, default=CONFIG, help="folder with another services.toml and agencies.toml"
    )
    parser.add_argument("--print", action="store_true", help="print the table and leave the document as it is")
    chosen = parser.parse_args()
    day = measured(chosen.catalogue)
    print(text(day) if chosen.print else write(day, DOCUMENT))


def measured(catalogue: Path = CONFIG) -> Day:
    """The agency of the example with a catalogue, on seen and on blind messages."""
    with tempfile.TemporaryDirectory(prefix="classification-") as name:
        folder = Path(name)
        copy_example(folder, catalogue)
        return Day(seen=evaluated(folder, "seen"), blind=evaluated(folder, "blind"))


def evaluated(folder: Path, files: str) -> Any:
    """What `mailroom evaluate --json` says of the messages."""
    write_messages(folder / files, files)
    command = [sys.executable, "-m", "mailroom", "evaluate", str(folder / files), "--json"]
    done = subprocess.run(
        [*command, "--config", str(folder / "agency.toml")], stdout=subprocess.PIPE, check=True, cwd=ROOT
    )
    return json.loads(done.stdout)


if __name__ == "__main__":
    main()
