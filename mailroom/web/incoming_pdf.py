"""PDFs of a message: what was found in one, and its copy with ตรารับหนังสือ (R49)."""

from contextlib import closing

from starlette.exceptions import HTTPException
from starlette.responses import Response

from mailroom.domain.errors import UnreadableError
from mailroom.domain.incoming_pdf import PdfInspection, claims_pdf
from mailroom.domain.message import Attachment
from mailroom.domain.record import MessageRecord
from mailroom.services.receiving_stamp import ReceivingDesk
from mailroom.web.chat_hidden import QUERY, is_withheld
from mailroom.web.downloads import file_headers
from mailroom.web.grants import carried
from mailroom.web.message import SEAL, noted, unsealed
from mailroom.web.site import Site, Visit


def findings(site: Site, visit: Visit) -> Response:
    """What a clerk should know before opening the PDF: a page, of which the page of the message takes its part."""
    record, file = _asked(site, visit)
    inspection = _desk(site).known(file.sha256) or _inspected(site, record, file)
    return _page(site, visit, record, file, inspection, refused=False)


def stamped(site: Site, visit: Visit) -> Response:
    """A copy with the stamp, as a file to save; where there can be none, a page that says why."""
    record, file = _asked(site, visit)
    with site.books.look() as uow:
        entry = uow.register.of_message(record.logged.id)
    if entry is None:
        raise HTTPException(404)
    content = _content(site, record, file)
    inspection = _desk(site).inspect(file.sha256, content)
    try:
        copy = _desk(site).stamped(content, entry)
    except UnreadableError:
        return _page(site, visit, record, file, inspection, refused=True)
    noted(site, visit, "attachment.stamped", detail=str(file.part), part=file.part)
    headers = file_headers(_desk(site).name(file.name, entry))
    return Response(copy, media_type="application/pdf", headers=headers)


def _asked(site: Site, visit: Visit) -> tuple[MessageRecord, Attachment]:
    """The message and its PDF. Raises 404, and 403 while the message is sealed or its sender took the file back."""
    record = unsealed(site, visit)
    part = visit.row("part")
    with site.books.look() as uow:
        if is_withheld(uow, record, visit, part):
            raise HTTPException(403)
    for file in record.message.attachments if record.message else ():
        if file.part == part and claims_pdf(file):
            return record, file
    raise HTTPException(404)


def _desk(site: Site) -> ReceivingDesk:
    if site.incoming is None:
        raise HTTPException(404)
    return site.incoming


def _inspected(site: Site, record: MessageRecord, file: Attachment) -> PdfInspection:
    return _desk(site).inspect(file.sha256, _content(site, record, file))


def _content(site: Site, record: MessageRecord, file: Attachment) -> bytes:
    """From the mail as it came. Raises UnreadableError, ArchiveDamagedError."""
    logged = record.logged
    with closing(site.archive.open(logged.place, logged.digest)) as source, site.reading:
        _, content = site.readers[logged.envelope.channel].part(source, file.part)
    return content


def _page(
    site: Site, visit: Visit, record: MessageRecord, file: Attachment, inspection: PdfInspection, *, refused: bool
) -> Response:
    return site.pages.show(
        "incoming_pdf.html",
        session=visit.session,
        status=422 if refused else 200,
        record=record,
        file=file,
        inspection=inspection,
        refused=refused,
        carried=carried(visit, SEAL, QUERY),
    )
