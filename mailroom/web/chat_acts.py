"""What is asked for of a conversation: a picture of it, and what its sender took back."""

from contextlib import closing

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from mailroom.web.chat_hidden import QUERY, came_by_chat, is_withheld, key_to, talk_of
from mailroom.web.chat_pictures import may_be_shown, picture_type
from mailroom.web.grants import carried
from mailroom.web.message import DANGEROUS, SEAL, asked_for, unsealed
from mailroom.web.security import FILE_POLICY
from mailroom.web.site import Site, Visit


def open_withdrawn(site: Site, visit: Visit) -> Response:
    """A clerk asks to see what was taken back; noted before it is shown (R117). Raises 404 where nothing was."""
    with site.books.begin() as uow:
        record = asked_for(uow, visit)
        taken_back = talk_of(uow, record).taken_back if came_by_chat(record) else ()
        if not taken_back:
            raise HTTPException(404)
        uow.events.add(
            "message.withdrawn-opened",
            site.clock.now(),
            message_id=record.logged.id,
            actor=visit.clerk.username,
            detail=" ".join(one.id for one in taken_back),
        )
        uow.commit()
    row, seal = record.logged.id, carried(visit, SEAL)
    address = f"/messages/{row}?{QUERY}={key_to(visit, row)}{'&' + seal if seal else ''}#talk"
    return RedirectResponse(address, status_code=303)


def picture(site: Site, visit: Visit) -> Response:
    """A picture for the page that shows its conversation. Raises 404 where it must not be shown, 403 as all of it."""
    record = unsealed(site, visit)
    part = visit.row("part")
    file = next((one for one in (record.message.attachments if record.message else ()) if one.part == part), None)
    dangerous = record.classification is not None and record.classification.kind in DANGEROUS
    if file is None or dangerous or not (came_by_chat(record) and may_be_shown(file)):
        raise HTTPException(404)
    with site.books.look() as uow:
        if is_withheld(uow, record, visit, part):
            raise HTTPException(403)
    logged = record.logged
    with closing(site.archive.open(logged.place, logged.digest)) as source, site.reading:
        leaf, content = site.readers[logged.envelope.channel].part(source, part)
    media_type = picture_type(leaf, content)
    if media_type is None:
        raise HTTPException(404)
    headers = {"Content-Disposition": "inline", "Content-Security-Policy": FILE_POLICY}
    return Response(content, media_type=media_type, headers=headers)
