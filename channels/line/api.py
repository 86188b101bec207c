"""LINE's API by LINE's own library, which is imported with the first request: importing it costs nearly two seconds."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from channels.line.errors import Answer, answer_of, line_errors, refusal
from channels.line.settings import LineSettings
from channels.line.tokens import Tokens
from mailroom.domain.errors import PermanentChannelError, TemporaryChannelError, UncertainDeliveryError

REQUEST_SECONDS = 10.0
CONTENT_SECONDS = 60.0
"""Without a byte of a content."""

Json = Mapping[str, Any]


class _Library:
    """The library's clients: one for each of the two addresses, connections kept, redirections and retries off."""

    def __init__(self, settings: LineSettings) -> None:
        from linebot.v3 import messaging, oauth  # type: ignore[import-untyped]

        self.models: Any = messaging
        self.main: Any = messaging.MessagingApi(_client(messaging, settings.api_url))
        self.data: Any = messaging.MessagingApiBlob(_client(messaging, settings.data_url))
        self.tokens: Any = oauth.ChannelAccessToken(_client(oauth, settings.api_url))

    def close(self) -> None:
        for api in (self.main, self.data, self.tokens):
            api.api_client.rest_client.pool_manager.clear()
            api.api_client.close()


def _client(module: Any, url: str) -> Any:
    class Client(module.ApiClient):  # type: ignore[misc]
        def deserialize(self, *_: object) -> None:
            """Answers are read by us: a value that LINE adds to its description must not make a success an error."""

    configuration = module.Configuration(host=url, access_token="")
    configuration.retries = False
    return Client(configuration)


class LineApi:
    """One account at LINE. Nothing connects before it is asked to. Safe to share between threads.

    Every request raises UncertainDeliveryError (it may have been acted on), TemporaryChannelError, ChannelSetupError.
    """

    def __init__(
        self,
        settings: LineSettings,
        *,
        timeout: float = REQUEST_SECONDS,
        content_timeout: float = CONTENT_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.place = settings.api_url
        self.data_place = settings.data_url
        self._settings = settings
        self._timeout = timeout
        self._content_timeout = content_timeout
        self._tokens = Tokens(settings, self._issue, monotonic)
        self._lock = threading.Lock()
        self._loaded: _Library | None = None

    def reply(self, reply_token: str, messages: Sequence[Json]) -> Answer:
        """Answer an event; the token serves once, for about a minute. Whatever LINE says is given back."""
        body = {"replyToken": reply_token, "messages": list(messages)}
        return self._main("reply_message", self._model("ReplyMessageRequest", body))

    def push(self, to: str, messages: Sequence[Json], key: UUID) -> Answer:
        """Send to a person unasked; the key makes a repetition harmless for a day. Whatever LINE says is given back."""
        return self._main("push_message", self._model("PushMessageRequest", {"to": to, "messages": messages}), str(key))

    def ask(self, name: str, *arguments: Any) -> Json:
        """A question of the library's main API, by the name of its method; raises `refusal` on anything but success."""
        return self.demand(self._main(name, *arguments)).table

    def tell(self, name: str, *arguments: Any) -> Answer:
        """As `ask`, with the answer as it is, whatever its status."""
        return self._main(name, *arguments)

    def order(self, name: str, kind: str, body: Json) -> Json:
        """As `ask`, with a body of that kind of the library's models."""
        return self.demand(self._main(name, self._model(kind, body))).table

    def demand(self, answer: Answer) -> Answer:
        """The answer, if it is a success; raises `refusal` on anything else."""
        if answer.status == 200:
            return answer
        if answer.good:
            raise TemporaryChannelError(f"{self.place}: {answer.status}; the answer says neither yes nor no")
        raise refusal(answer, self.place)

    def upload_menu_picture(self, menu: str, content: bytes) -> None:
        """The picture of a rich menu, PNG."""
        method = self._library.data.set_rich_menu_image_with_http_info
        answer = self._authorised(method, menu, content, timeout=CONTENT_SECONDS, content_type="image/png")
        self.demand(answer)

    def transcoding(self, message_id: str) -> Answer:
        """How far LINE is with preparing a video or a recording."""
        return self._authorised(
            self._library.data.get_message_content_transcoding_by_message_id_with_http_info, message_id
        )

    @contextmanager
    def content(self, message_id: str) -> Iterator[Any]:
        """The bytes of a message as urllib3's response, unread; the library itself would hold them all in memory."""
        from urllib.parse import quote

        from urllib3 import Timeout

        url = f"{self.data_place}/v2/bot/message/{quote(message_id, safe='')}/content"
        limits = Timeout(connect=self._timeout, read=self._content_timeout)
        with line_errors(self.data_place):
            token = self._tokens.current()
            response = self._open(url, token, limits)
            if response.status == 401 and self._tokens.renewed(token):
                response.close()
                response = self._open(url, self._tokens.current(), limits)
            try:
                yield response
            finally:
                # Unread bytes make a connection useless for the next request.
                response.close()
                response.release_conn()

    def close(self) -> None:
        """Close what is connected; a later request would connect anew."""
        with self._lock:
            library, self._loaded = self._loaded, None
        if library is not None:
            library.close()

    @property
    def _library(self) -> _Library:
        with self._lock:
            if self._loaded is None:
                self._loaded = _Library(self._settings)
            return self._loaded

    def _open(self, url: str, token: str, limits: Any) -> Any:
        pool = self._library.data.api_client.rest_client.pool_manager
        return pool.request(
            "GET",
            url,
            headers={"Authorization": f"Bearer {token}"},
            preload_content=False,
            redirect=False,
            timeout=limits,
        )

    def _model(self, kind: str, body: Json) -> Any:
        """Raises PermanentChannelError when LINE's description has no such request."""
        model = getattr(self._library.models, kind)
        try:
            return model.from_dict(dict(body))
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise PermanentChannelError(
                f"{self.place}: {kind} cannot be made of this ({type(error).__name__}); answer another way"
            ) from error

    def _main(self, name: str, *arguments: Any) -> Answer:
        return self._authorised(getattr(self._library.main, f"{name}_with_http_info"), *arguments)

    def _authorised(self, method: Callable[..., Any], *arguments: Any, **how: Any) -> Answer:
        """With the token in force; once more with another one when LINE refuses it."""
        token = self._tokens.current()
        answer = self._request(method, *arguments, token=token, **how)
        if answer.status == 401 and self._tokens.renewed(token):
            answer = self._request(method, *arguments, token=self._tokens.current(), **how)
        return answer

    def _request(
        self,
        method: Callable[..., Any],
        *arguments: Any,
        token: str = "",
        timeout: float | None = None,
        content_type: str = "",
        **form: Any,
    ) -> Answer:
        bearer = {"type": "bearer", "in": "header", "key": "Authorization", "value": f"Bearer {token}"}
        given: dict[str, Any] = {"_request_auth": bearer} if token else {}
        given |= {"_headers": {"Content-Type": content_type}} if content_type else {}
        with line_errors(self.place):
            try:
                response = method(*arguments, **form, **given, _request_timeout=timeout or self._timeout)
            except Exception as error:
                if (answer := answer_of(error)) is None:
                    raise
                return answer
        headers = {str(name).lower(): str(value) for name, value in (response.headers or {}).items()}
        body = response.raw_data or b""
        answer = Answer(response.status_code, headers, body.encode() if isinstance(body, str) else bytes(body))
        if not answer.is_lines:
            raise UncertainDeliveryError(
                f"{self.place}: {answer.status}, in words that are not LINE's; check the proxy"
            )
        return answer

    def _issue(self, channel_id: str, channel_secret: str) -> Answer:
        return self._request(
            self._library.tokens.issue_stateless_channel_token_with_http_info,
            grant_type="client_credentials",
            client_id=channel_id,
            client_secret=channel_secret,
        )
