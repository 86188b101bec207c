"""TOML to frozen settings; an unknown key stops the start.

Every field carries its description: `mailroom init` writes them as comments and docs/configuration.md is
generated from them, so that neither can drift.
"""

from typing import Any

from pydantic import Field

from mailroom.settings.agency import (
    AgencySection,
    AnswersSection,
    DaemonSection,
    HoursSection,
    RegisterSection,
    StorageSection,
    WebSection,
)
from mailroom.settings.catalogue import AgenciesFile, ServicesFile
from mailroom.settings.channel import AnnouncementSection, ChannelName, ChannelSection, ChatSection, Finding
from mailroom.settings.keeping import BackupSection, TargetSection
from mailroom.settings.keys import EvidenceSection, KeysSection
from mailroom.settings.licences import LicencesSection
from mailroom.settings.records import PrivacySection, RetentionClassSection, RetentionSection
from mailroom.settings.section import Day, Secret, Section
from mailroom.settings.signing import SigningSection
from mailroom.settings.understanding import AttachmentsSection, LearningSection, MatchingSection

__all__ = [
    "AgenciesFile",
    "AttachmentsSection",
    "BackupSection",
    "ChannelName",
    "ChannelSection",
    "ChatSection",
    "Day",
    "EvidenceSection",
    "Finding",
    "HoursSection",
    "KeysSection",
    "LearningSection",
    "LicencesSection",
    "MatchingSection",
    "PrivacySection",
    "RetentionClassSection",
    "RetentionSection",
    "Secret",
    "Section",
    "ServicesFile",
    "Settings",
    "SigningSection",
    "TargetSection",
    "WebSection",
]


class Settings(Section):
    """agency.toml. Tables of channels are validated by the channel that they name."""

    agency: AgencySection = Field(description="Who the agency is.")
    hours: HoursSection = Field(default_factory=HoursSection, description="Working days and hours (R15, R17).")
    storage: StorageSection = Field(default_factory=StorageSection, description="Where everything is kept.")
    register_: RegisterSection = Field(
        default_factory=RegisterSection, alias="register", description="The register of letters received."
    )
    answers: AnswersSection = Field(default_factory=AnswersSection, description="Limits of automatic letters.")
    attachments: AttachmentsSection = Field(default_factory=AttachmentsSection, description="How attachments are read.")
    matching: MatchingSection = Field(default_factory=MatchingSection, description="Requests that come twice.")
    learning: LearningSection = Field(
        default_factory=LearningSection, description="What is done by itself, and when a clerk is asked instead."
    )
    announcement: AnnouncementSection | None = Field(
        None, description="The head's announcement of channels. Leave it out until one is in force (R20)."
    )
    channels: dict[str, dict[str, Any]] = Field(default_factory=dict, description="One table for each channel in use.")
    signing: SigningSection = Field(
        default_factory=SigningSection,
        description="The key that signs documents, and whom the agency trusts (R90-R94).",
    )
    licences: LicencesSection = Field(
        default_factory=LicencesSection, description="How licences are released, delivered and published."
    )
    web: WebSection = Field(default_factory=WebSection, description="The clerks' queue.")
    backup: BackupSection = Field(
        default_factory=BackupSection, description="Copies of everything, kept elsewhere (R61)."
    )
    keys: KeysSection = Field(default_factory=KeysSection, description="Keys of archive and evidence (R108).")
    evidence: EvidenceSection = Field(
        default_factory=EvidenceSection,
        description="What others know of the books, so that nobody can change them unseen.",
    )
    retention: RetentionSection = Field(default_factory=RetentionSection, description="How long cases are kept (R60).")
    privacy: PrivacySection = Field(default_factory=PrivacySection, description="Personal data (R98-R109).")
    daemon: DaemonSection = Field(default_factory=DaemonSection, description="The daemon.")
