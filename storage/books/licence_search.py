"""Finding licences: what is searched, in one spelling, and a search as conditions."""

import sqlalchemy as sa

from mailroom.domain.licence import Licence, LicenceQuery, LicenceStatus
from mailroom.stages.normalise import compact
from storage.tables import LICENCE

LONGEST_SEARCH = 1000
"""Characters of a search that are looked at; SQLite takes no pattern beyond 50,000 bytes."""

FINAL = (LicenceStatus.REVOKED.value, LicenceStatus.CEASED.value)
"""What has ended so does not lapse any more."""


def search_columns(licence: Licence) -> dict[str, str]:
    """The searched columns. A line feed, which no folded search holds, keeps items apart."""
    content = licence.content
    items = (licence.number, content.holder, content.premises, content.address, content.business)
    return {"search_text": "\n".join(map(compact, items)), "search_place": compact(content.address)}


def matching(query: LicenceQuery) -> list[sa.ColumnElement[bool]]:
    """The search as conditions on the licences of an agency."""
    conditions = []
    for column, words in ((LICENCE.c.search_text, query.text), (LICENCE.c.search_place, query.place)):
        if folded := compact(words)[:LONGEST_SEARCH]:
            conditions.append(column.contains(folded, autoescape=True))
    if query.service:
        conditions.append(LICENCE.c.service == query.service)
    if query.without:
        conditions.append(LICENCE.c.service.not_in(sorted(query.without)))
    if query.without:
        conditions.append(LICENCE.c.service.not_in(sorted(query.without)))
    if query.status is not None:
        conditions.append(_standing(query.status, query))
    return conditions


def _standing(status: LicenceStatus, query: LicenceQuery) -> sa.ColumnElement[bool]:
    """`Licence.status_on` as a condition."""
    if status is LicenceStatus.EXPIRED:
        return sa.and_(LICENCE.c.expires_on < query.on, LICENCE.c.status.not_in(FINAL))
    stands = LICENCE.c.status == status.value
    if status.value in FINAL:
        return stands
    return sa.and_(stands, sa.or_(LICENCE.c.expires_on.is_(None), LICENCE.c.expires_on >= query.on))
