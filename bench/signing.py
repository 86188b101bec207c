"""Measures rendering and signing against the bare key operation, pyHanko, @libpdf/core and WeasyPrint, in one run.

`python -m bench.signing [--rounds N]` writes its table into docs/benchmarks.md. Peers are installed below bench-data.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench import signing_report
from mailroom.paths import CONFIG
from signing.demo_authority import DemoAuthority
from signing.render import TypstRenderer
from tests.support.document_samples import AT, ENCLOSURES, sample_data

ROOT = Path(__file__).parent.parent
PEERS = ROOT / "bench-data" / "peers"
PASSWORD = "bench"
Times = Mapping[str, Mapping[str, float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--report", type=Path, default=ROOT / "docs" / "benchmarks.md")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, DemoAuthority(key="rsa-3072") as authority:
        report = _measure(Path(folder), authority, chosen.rounds)
    print(signing_report.write(report, chosen.report))


def _measure(folder: Path, authority: DemoAuthority, rounds: int) -> signing_report.Report:
    key, root = authority.write(folder, PASSWORD)
    data = sample_data("licence.v1")
    (folder / "licence.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    pdf = folder / "licence.pdf"
    pdf.write_bytes(TypstRenderer(CONFIG).render("licence.v1", data, at=AT, enclosures=ENCLOSURES))
    common = (str(pdf), str(key), PASSWORD, str(root), authority.time_stamps)
    node, weasy = _install_libpdf(), _install_weasyprint()
    own = _json(sys.executable, "-m", "bench.signing_worker", "times", *common, str(rounds))
    risen = _json(sys.executable, "-m", "bench.signing_worker", "memory", *common)
    times: dict[str, Mapping[str, float]] = dict(own)
    for level in ("B-B", "B-T", "B-LT") if node else ():
        peer = [str(ROOT / "bench" / "signing_peer.mjs"), str(node), *common[:3], authority.time_stamps]
        times[f"libpdf {level}"] = _medians(_json("node", *peer, level, str(4 * rounds), str(folder / f"{level}.pdf")))
    if weasy:
        font = CONFIG / "fonts" / "MailroomSarabun-Regular.ttf"
        words = [str(folder / "licence.json"), str(font), *common[1:], str(rounds), str(folder / "weasy.pdf")]
        times["weasyprint"] = _medians(_json(str(weasy), str(ROOT / "bench" / "weasy_licence.py"), *words))
    return signing_report.Report(
        times=times, size=pdf.stat().st_size, rounds=rounds, memory=risen, libpdf=bool(node), weasyprint=bool(weasy)
    )


def _medians(table: Mapping[str, list[float]]) -> Mapping[str, float]:
    return {kind: statistics.median(values) for kind, values in table.items()}


def _json(*command: str) -> dict[str, Any]:
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=1800, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[:4])} failed:\n{done.stderr[-3000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _install_libpdf() -> Path | None:
    """The folder of @libpdf/core; None where npm is missing or cannot install it."""
    folder = PEERS / "libpdf"
    if shutil.which("npm") is None or shutil.which("node") is None:
        print("npm or node is missing: @libpdf/core is not measured (apt-get install nodejs npm)")
        return None
    if not (folder / "node_modules" / "@libpdf" / "core").exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(folder), "@libpdf/core"]
        if subprocess.run(command, cwd=folder, timeout=600, check=False).returncode:
            print("npm cannot install @libpdf/core: it is not measured")
            return None
    return folder


def _install_weasyprint() -> Path | None:
    """The interpreter of an environment with WeasyPrint and pyHanko; None where it does not work."""
    python = PEERS / "weasyprint" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(python.parent.parent)], check=True)
        install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "weasyprint", "pyhanko"]
        subprocess.run(install, check=True)
    if subprocess.run([str(python), "-c", "import weasyprint"], capture_output=True, check=False).returncode:
        print("WeasyPrint finds no pango: it is not measured (apt-get install libpangoft2-1.0-0)")
        return None
    return python


if __name__ == "__main__":
    main()
