"""Settings of the review app, from the environment (`LOSI_REVIEW_...`) or given by the command."""

from __future__ import annotations

import os
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

PREFIX = "LOSI_REVIEW_"


class ReviewSettings(BaseModel):
    """How the app behaves. Times in seconds unless the name says otherwise; raises pydantic's ValidationError."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hidden_share: float = Field(default=0.10, ge=0, le=1, description="Share of cards shown without the suggestion.")
    assessors: int = Field(default=2, ge=1, le=2, description="Assessors who decide each card, blind to each other.")
    idle: int = Field(default=3600, ge=60, description="A session ends after so long without a request.")
    lifetime: int = Field(default=43_200, ge=60, description="A session ends after so long in any case.")
    login_tries: int = Field(default=5, ge=1, description="Failed logins to one account before it is closed a while.")
    login_window: int = Field(default=900, ge=1, description="The time in which failed logins are counted.")
    address_tries: int = Field(default=50, ge=1, description="Failed logins from one address in the same time.")
    token_days: int = Field(default=180, ge=1, le=3650, description="Days that a new API token is good for.")
    reply_days: int = Field(default=30, ge=1, le=365, description="Days that a link for a portal's owner is good for.")
    contests: int = Field(default=200, ge=1, description="Findings that may be contested through one link.")
    max_body: int = Field(default=20_000_000, ge=10_000, description="Bytes of one request.")
    secret: SecretStr = Field(
        default=SecretStr(""), description="Key of signed links; empty: one is made and kept in the data folder."
    )
    allow_private: bool = Field(default=False, description="Whether proof may lie in private networks (for tests).")
    contact: str = Field(default="", description="URL where a site's owner learns who fetches proof.")
    jobs: bool = Field(default=True, description="Whether this process fetches proof and opens sheets.")
    oidc_name: str = Field(default="", description="What the button for single sign-on says.")
    oidc_issuer: str = Field(default="", description="Issuer URL of the OIDC provider; empty: local accounts only.")
    oidc_client: str = Field(default="", description="Client id at the OIDC provider.")
    oidc_secret: SecretStr = Field(default=SecretStr(""), description="Client secret at the OIDC provider.")
    oidc_role: str = Field(
        default="", description="Role of people who come through OIDC for the first time; empty: an admin adds them."
    )

    @model_validator(mode="after")
    def _whole(self) -> ReviewSettings:
        if self.oidc_issuer and not self.oidc_client:
            raise ValueError("oidc_issuer needs oidc_client")
        if self.oidc_role not in ("", "assessor", "owner"):
            raise ValueError("oidc_role must be assessor, owner or empty")
        return self

    @classmethod
    def of(cls, environment: Mapping[str, str] | None = None) -> ReviewSettings:
        """The settings that the environment names; unknown names are refused."""
        source = os.environ if environment is None else environment
        return cls.model_validate(
            {name.removeprefix(PREFIX).lower(): value for name, value in source.items() if name.startswith(PREFIX)}
        )
