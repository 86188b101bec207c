"""Addresses that other platforms send to: no session, no page, and a body that may be larger than a form."""

from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.routing import BaseRoute, Route

from mailroom.ports import Asgi

WEBHOOK_LIMIT = 2 << 20
"""Bytes; the webhook itself has a stricter limit and answers for it."""


def webhook_route(path: str, webhook: Asgi) -> BaseRoute:
    """Everything that comes to the path goes to the webhook, whatever its method."""
    return Route(path, webhook, middleware=[Middleware(RequestBodyLimitMiddleware, max_body_size=WEBHOOK_LIMIT)])
