"""Acts on a licence that need no paper, and sending it to its holder again."""

from collections.abc import Callable, Mapping

from starlette.responses import RedirectResponse, Response

from mailroom.domain.errors import RefusedActionError
from mailroom.domain.licence import Licence
from mailroom.services.licence_office import LicenceOffice
from mailroom.web.licences import existing, shown
from mailroom.web.paper_acts import reason_of
from mailroom.web.site import Handler, Site, Visit

Act = Callable[[LicenceOffice, int, Visit], object]


def acting(name: str, act: Act) -> Handler:
    """A handler that acts on a licence as the clerk saw it, and leads back to it."""

    def handler(site: Site, visit: Visit) -> Response:
        try:
            with site.deciding:
                licence = existing(site, visit)
                _as_seen(licence, visit)
                act(site.house, licence.id, visit)
        except RefusedActionError as error:
            return shown(site, visit, existing(site, visit), refused=error)
        return RedirectResponse(f"/desk/licences/{licence.id}?done={name}", status_code=303)

    return handler


def _as_seen(licence: Licence, visit: Visit) -> None:
    """A form that was drawn before somebody else acted is refused."""
    if visit.form.get("seen", "") != f"{licence.status}.{licence.version}":
        raise RefusedActionError("licence-changed-meanwhile", licence.number)


def _suspend(house: LicenceOffice, licence_id: int, visit: Visit) -> object:
    return house.life.suspend(licence_id, visit.clerk, reason_of(visit), reason_of(visit, "hearing"))


def _resume(house: LicenceOffice, licence_id: int, visit: Visit) -> object:
    return house.life.resume(licence_id, visit.clerk, reason_of(visit))


def _revoke(house: LicenceOffice, licence_id: int, visit: Visit) -> object:
    return house.life.revoke(licence_id, visit.clerk, reason_of(visit), reason_of(visit, "hearing"))


def _cease(house: LicenceOffice, licence_id: int, visit: Visit) -> object:
    return house.life.cease(licence_id, visit.clerk, reason_of(visit))


def _resend(house: LicenceOffice, licence_id: int, visit: Visit) -> object:
    as_link = visit.form.get("way", "") == "link"
    return house.resending.resend(licence_id, visit.clerk, email=visit.form.get("email", ""), as_link=as_link)


ACTS: Mapping[str, Act] = {
    "suspend": _suspend,
    "resume": _resume,
    "revoke": _revoke,
    "cease": _cease,
    "resend": _resend,
}
"""By the last part of their address."""
