"""Makes config/fonts from the fonts of the package fontpkg-sarabun: `python -m tools.build_fonts FOLDER`.

Readers of PDF take text back from glyphs. Where several glyphs make up one Thai cluster (a consonant with its vowel
and tone marks), most of them repeat, reorder or lose marks. In the fonts made here every cluster of Thai is one glyph,
so that every reader gets exactly the text that was written. Shapes and widths are those of Sarabun.
"""

import hashlib
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fontpkg_sarabun
import uharfbuzz
from fontTools.otlLib.builder import buildLigatureSubstSubtable, buildLookup
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables import otTables

FAMILY, OWN_FAMILY = "Sarabun", "Mailroom Sarabun"
STYLES = ("Regular", "Bold")
DIGESTS = {
    "Regular": "226d4f368fbc0457990ddef2692679badfd2c1a4e89e5ac4d43c10ba7743b2f1",
    "Bold": "d38308ca27d067b9a1b79006337c1f9a66c29aa016d96a9d88d3801da7fa83b9",
}
"""SHA-256 of the fonts that were vetted, version 1.000 by Cadson Demak."""

CONSONANTS = tuple(map(chr, range(0x0E01, 0x0E2F)))
_TONES = ("", "\u0e48", "\u0e49", "\u0e4a", "\u0e4b", "\u0e4c")
_VOWELS = ("", "\u0e31", "\u0e34", "\u0e35", "\u0e36", "\u0e37", "\u0e38", "\u0e39", "\u0e3a")
_SARA_AM = "\u0e33"
_NAMED = (1, 3, 4, 6, 16)
"""Records of the table `name` that hold the family."""


def clusters() -> Iterator[str]:
    """Every consonant with every group of marks that Thai or Pali writing puts on it, without the bare consonants."""
    marks = [vowel + tone for vowel, tone in itertools.product(_VOWELS, _TONES)]
    marks += ["\u0e47", "\u0e47\u0e48", "\u0e4d", "\u0e4e", *(tone + _SARA_AM for tone in _TONES[:-1])]
    return (base + tail for base, tail in itertools.product(CONSONANTS, marks) if tail)


def build(style: str, folder: Path) -> Path:
    """One font file of a style. Equal input gives equal bytes; raises ValueError when the input is another font."""
    source = fontpkg_sarabun.ROOT / "files" / f"{FAMILY}-{style}.ttf"
    content = source.read_bytes()
    if hashlib.sha256(content).hexdigest() != DIGESTS[style]:
        raise ValueError(f"{source}: is not the font that was vetted; compare the versions")
    font = TTFont(source, recalcTimestamp=False)
    _add_ligatures(font, _shaped(content, font))
    _rename(font)
    font["post"].formatType = 3.0
    del font["DSIG"]
    target = folder / f"{OWN_FAMILY.replace(' ', '')}-{style}.ttf"
    font.save(target)
    return target


Placed = tuple[tuple[str, int, int, int], ...]
"""The glyphs of a cluster: name, advance, offset to the right, offset upwards."""


def _shaped(content: bytes, font: TTFont) -> dict[str, Placed]:
    """How the font itself sets each cluster that takes more than one glyph."""
    shaper, order = uharfbuzz.Font(uharfbuzz.Face(content)), font.getGlyphOrder()
    shaped: dict[str, Placed] = {}
    for cluster in clusters():
        buffer = uharfbuzz.Buffer()
        buffer.add_str(cluster)
        buffer.script, buffer.language, buffer.direction = "thai", "th", "ltr"
        uharfbuzz.shape(shaper, buffer, {})
        glyphs = zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
        shaped[cluster] = tuple((order[g.codepoint], p.x_advance, p.x_offset, p.y_offset) for g, p in glyphs)
    return {cluster: placed for cluster, placed in shaped.items() if len(placed) > 1}


def _add_ligatures(font: TTFont, shaped: dict[str, Placed]) -> None:
    """A glyph for each cluster, which replaces its parts after the font's own substitutions are done."""
    ligatures: dict[tuple[str, ...], str] = {}
    for cluster, placed in shaped.items():
        sequence = tuple(name for name, *_ in placed)
        if sequence not in ligatures:
            ligatures[sequence] = _add_glyph(font, cluster, placed)
    font["maxp"].numGlyphs = len(font.getGlyphOrder())
    _add_lookup(font["GSUB"].table, buildLookup([buildLigatureSubstSubtable(ligatures)], flags=0))


def _add_glyph(font: TTFont, cluster: str, placed: Placed) -> str:
    """Its parts where the shaper put them, as wide as all of them."""
    pen, width = TTGlyphPen(font.getGlyphSet()), 0
    for name, advance, right, up in placed:
        pen.addComponent(name, (1, 0, 0, 1, width + right, up))
        width += advance
    name, table = "th_" + "_".join(f"{ord(character):04X}" for character in cluster), font["glyf"]
    names = [*font.getGlyphOrder(), name]
    font.setGlyphOrder(names)
    table.glyphOrder = names
    glyph = table.glyphs[name] = pen.glyph()
    glyph.recalcBounds(table)
    font["hmtx"].metrics[name] = (width, getattr(glyph, "xMin", 0))
    font["GDEF"].table.GlyphClassDef.classDefs[name] = 1
    return name


def _add_lookup(table: Any, lookup: Any) -> None:
    """As the last lookup, in the feature that is always on (`rlig`), for every script and language."""
    table.LookupList.Lookup.append(lookup)
    table.LookupList.LookupCount += 1
    record = otTables.FeatureRecord()
    record.FeatureTag, record.Feature = "rlig", otTables.Feature()
    record.Feature.FeatureParams, record.Feature.LookupListIndex = None, [table.LookupList.LookupCount - 1]
    table.FeatureList.FeatureRecord.append(record)
    table.FeatureList.FeatureCount += 1
    for script in (entry.Script for entry in table.ScriptList.ScriptRecord):
        for language in filter(None, (script.DefaultLangSys, *(entry.LangSys for entry in script.LangSysRecord))):
            language.FeatureIndex.append(table.FeatureList.FeatureCount - 1)


def _rename(font: TTFont) -> None:
    for record in font["name"].names:
        if record.nameID in _NAMED:
            own = OWN_FAMILY.replace(" ", "") if record.nameID in (3, 6) else OWN_FAMILY
            record.string = record.toUnicode().replace(FAMILY, own)


def main() -> None:
    """Writes the fonts and their digests into the folder named on the command line."""
    folder = Path(sys.argv[1])
    files = [build(style, folder) for style in STYLES]
    files.append(folder / "OFL.txt")
    lines = (f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)
    (folder / "SHA256SUMS").write_text("".join(lines))


if __name__ == "__main__":
    main()
