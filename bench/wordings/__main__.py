"""Look at the training messages, or prove that the test messages share no sentence with them.

python -m bench.wordings --overlap DIR_OR_TOML     status 1 if a sentence is shared
python -m bench.wordings --show PER_SERVICE [--seed N] [--of SERVICE_KIND_OR_AGENCY]
"""

import argparse
import sys
from pathlib import Path

from bench.wordings import training_messages
from bench.wordings.data import wordings
from bench.wordings.overlap import LEAST, NEAR, nearly_shared, sentences, shared, texts_under


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.wordings", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument("--overlap", type=Path, metavar="DIR_OR_TOML")
    task.add_argument("--show", type=int, metavar="PER_SERVICE")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--of", default="")
    chosen = parser.parse_args()
    return compare(chosen.overlap) if chosen.overlap else show(chosen.show, chosen.seed, chosen.of)


def compare(path: Path) -> int:
    written, texts = sentences(wordings()), texts_under(path)
    same = shared(written, texts)
    near = [sentence for sentence in nearly_shared(written, texts) if sentence not in same]
    print(f"{len(written)} sentences of the training wordings (from {LEAST} characters), {len(texts)} test texts")
    print(f"occur in a test text: {len(same)}", *same, sep="\n  ")
    print(f"occur with a few letters changed (likeness from {NEAR:.0f} of 100): {len(near)}", *near, sep="\n  ")
    return 1 if same else 0


def show(per_service: int, seed: int, of: str) -> int:
    messages = training_messages(per_service, seed)
    for message in messages:
        if of in {"", message.service, message.kind, message.agency}:
            print(
                f"--- {message.kind} {message.service or message.agency or '-'}\n[{message.subject}]\n{message.text}\n"
            )
    print(f"{len(messages)} messages in all", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
