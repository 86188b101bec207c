"""Write the labelled messages as mails, with what is expected of them, for `mailroom evaluate`.

python -m bench.messages DIR [--files seen|taught|blind|all]
"""

import argparse
import json
from pathlib import Path

from bench.messages import FILES, expectations, messages
from bench.messages.mails import mail


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.messages", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--files", choices=FILES, default="all")
    chosen = parser.parse_args()
    count = write(chosen.folder, chosen.files)
    print(f"{count} messages and expectations.json are in {chosen.folder}")
    return 0


def write(folder: Path, files: str = "all") -> int:
    """Write mails and expectations into a folder, which is made where it is missing; how many. What is there stays."""
    found = messages(files)
    folder.mkdir(parents=True, exist_ok=True)
    for one in found:
        (folder / one.file).write_bytes(mail(one))
    expected = json.dumps(expectations(found), ensure_ascii=False, indent=1)
    (folder / "expectations.json").write_text(f"{expected}\n", encoding="utf-8")
    return len(found)


if __name__ == "__main__":
    raise SystemExit(main())
