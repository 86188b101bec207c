"""A catalogue as the key of a cache of what is made from it."""

from mailroom.domain.service import Catalogue


class CatalogueKey:
    """Costs nothing to hash, for a catalogue of thousands of phrases; keeps the catalogue alive."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def __hash__(self) -> int:
        return id(self.catalogue)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CatalogueKey) and other.catalogue is self.catalogue
