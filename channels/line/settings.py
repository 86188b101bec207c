"""Settings of the LINE channel: the agency's Official Account."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from mailroom.settings import ChatSection, Day, Secret

API_URL = "https://api.line.me"
DATA_URL = "https://api-data.line.me"
Address = Annotated[str, Field(pattern=r"^https?://[^\s/]+$")]


class LineSettings(ChatSection):
    """LINE: the agency's Official Account (R111-R118)."""

    line_id: Annotated[str, Field(pattern=r"^@[A-Za-z0-9._-]+$")] = Field(
        description="Id of the Official Account, with its @ (R113). Another id is another account, which begins empty."
    )
    channel_secret: Secret = Field(description='Secret of the Messaging API channel: { env = "…" } or { file = "…" }.')
    previous_channel_secret: Secret | None = Field(
        None, description="The secret before it was reissued; deliveries signed with it pass until previous_until."
    )
    previous_until: Day | None = Field(None, description="Last day on which the previous secret is accepted.")
    channel_id: str = Field(
        "", description="Id of the channel, digits: with it short-lived tokens are asked for, and none need be kept."
    )
    access_token: Secret | None = Field(
        None, description="Long-lived channel access token. Leave it out to use channel_id instead."
    )
    bot_user_id: Annotated[str, Field(pattern=r"^(U[0-9a-f]{32})?$")] = Field(
        "",
        description="User id of the account itself: deliveries for another one are refused. `mailroom doctor` shows it.",
    )
    webhook_path: Annotated[str, Field(pattern=r"^/[A-Za-z0-9/_-]+$")] = Field(
        "/line/webhook", description="Path of the webhook under [web] base_url, as entered at LINE."
    )
    quota_reserve: Annotated[int, Field(ge=0)] = Field(
        0, description="So many pushed messages of the month are kept back for licences; then receipts go by e-mail."
    )
    api_url: Address = Field(API_URL, description="Where LINE's API is. Change it for tests only.")
    data_url: Address = Field(DATA_URL, description="Where LINE's content API is. Change it for tests only.")

    @model_validator(mode="after")
    def _has_a_token(self) -> Self:
        if self.access_token is None and not self.channel_id:
            raise ValueError("name access_token, or channel_id to have short-lived tokens issued")
        if (self.previous_channel_secret is None) != (self.previous_until is None):
            raise ValueError("previous_channel_secret and previous_until belong together")
        return self

    @property
    def public_address(self) -> str:
        return self.line_id

    @property
    def all_addresses(self) -> frozenset[str]:
        """None: nobody writes to us from an Official Account."""
        return frozenset()
