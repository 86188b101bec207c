"""Addresses of the pages where papers are prepared and approved."""

from collections.abc import Mapping

from mailroom.web import approvals, paper_acts, paper_new, papers
from mailroom.web.site import Handler

PAPER_ROUTES: Mapping[str, Mapping[str, Handler]] = {
    "/papers": {"GET": papers.papers_page, "POST": paper_new.create},
    "/papers/new": {"GET": paper_new.new_page},
    "/papers/approve": {"GET": approvals.approvals_page, "POST": approvals.approve_many},
    "/papers/{id}": {"GET": papers.paper_page},
    "/papers/{id}/state": {"GET": papers.state_part},
    "/papers/{id}/preview.pdf": {"GET": papers.preview_pdf},
    "/papers/{id}/rendition.pdf": {"GET": papers.rendition_pdf},
    "/papers/{id}/document.pdf": {"GET": papers.document_pdf},
    **{f"/papers/{{id}}/{name}": {"POST": paper_acts.acting(name, act)} for name, act in paper_acts.ACTS.items()},
}
"""Path, method, handler; all behind the login."""
