"""`evidence`: checkpoints of the books, and the bundle of a case for a court or an auditor."""

from pathlib import Path
from typing import Annotated

import typer

from mailroom import bootstrap, logs
from mailroom.bootstrap.evidence import evidence as joined
from mailroom.bootstrap.evidence import open_bundles, required_key
from mailroom.cli.keeping_parts import moment, say
from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, case_number
from mailroom.cli.read_table import note_read
from mailroom.domain.errors import ConfigurationError, RefusedActionError
from mailroom.domain.evidence import Checkpoint, CheckpointProof, ProofKind
from mailroom.services.evidence import verifier

evidence = typer.Typer(help="Proof that the books are as they were.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(evidence, name="evidence")


@evidence.command()
def checkpoint(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Close the day that is due, ask for missing time-stamps, and list the latest checkpoints."""
    loaded = bootstrap.load(config)
    logs.configure("error")
    key = required_key(loaded)
    with bootstrap.open_books(loaded) as books:
        work = joined(loaded, books, key)
        work.checkpoints.close_day()
        work.proofs.collect()
        work.write()
        with books.look() as uow:
            found = [(one, uow.chain.proofs(one.day)) for one in uow.chain.checkpoints(10)]
    lines = [f"key: {key.public.hex()}", *(_line(*one) for one in found)]
    say({"key": key.public.hex(), "checkpoints": [_object(*one) for one in found]}, lines, as_json=as_json)


@evidence.command()
def bundle(
    case: Annotated[str, typer.Argument(help="Number of the case in the register of letters received: 12/2569.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The ZIP to write.")],
    by: Annotated[str, typer.Option(help="User name of the officer who makes it; an approver for graded matter.")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """One ZIP with all that proves a case, and a program that checks it anywhere."""
    number = case_number(case)
    if out.exists():
        raise ConfigurationError(f"{out} is there already; name another file")
    logs.configure("error")
    with open_bundles(bootstrap.load(config)) as (books, bundles):
        with books.look() as uow:
            officer = uow.clerks.find(by)
        if officer is None:
            raise RefusedActionError("bundle-nobody", by)
        note_read(books, "evidence bundle", str(number))
        made = bundles.write(number, out, officer[0])
    lines = [f"{out}: case {number}, {made.files} files, {made.rows} rows proven"]
    if made.open:
        lines.append(f"{made.open} rows are younger than the last checkpoint: a bundle of tomorrow proves them too")
    lines.append(f"it is checked with: python3 verify.py {out.name}")
    say(
        {"file": str(out), "case": str(number), "files": made.files, "rows": made.rows, "open": made.open},
        lines,
        as_json=as_json,
    )


@evidence.command()
def verify(
    file: Annotated[Path, typer.Argument(help="The ZIP, or the folder it was unpacked into.", exists=True)],
    checkpoint: Annotated[
        Path | None, typer.Option(help="File or mail with a checkpoint that somebody else kept.", exists=True)
    ] = None,
    key: Annotated[str, typer.Option(help="The key that must have signed, in hexadecimal.")] = "",
) -> None:
    """Check a bundle as anybody does with the program in it; exit code 1 for a fault, 2 when not all was checked."""
    arguments = [
        str(file),
        *(("--checkpoint", str(checkpoint)) if checkpoint else ()),
        *(("--key", key) if key else ()),
    ]
    raise typer.Exit(verifier.main(arguments))


def _line(one: Checkpoint, proofs: list[CheckpointProof]) -> str:
    stamped = any(proof.kind is ProofKind.TIMESTAMP for proof in proofs)
    witnesses = sum(proof.kind is ProofKind.WITNESS for proof in proofs)
    return (
        f"{one.day}: {one.size} rows, made {moment(one.at)}, {'time-stamped' if stamped else 'no time-stamp yet'}, "
        f"{witnesses} witnesses"
    )


def _object(one: Checkpoint, proofs: list[CheckpointProof]) -> dict[str, object]:
    return {
        "day": one.day.isoformat(),
        "at": one.at.isoformat(),
        "size": one.size,
        "root": one.root.hex(),
        "head": one.head.hex(),
        "timestamp": any(proof.kind is ProofKind.TIMESTAMP for proof in proofs),
        "witnesses": sum(proof.kind is ProofKind.WITNESS for proof in proofs),
    }
