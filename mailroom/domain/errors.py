"""Every error that crosses a boundary, named by what the caller must do."""


class MailroomError(Exception):
    """The root. Its text is one sentence for a person and names the remedy."""


class ConfigurationError(MailroomError):
    """A setting is wrong: mend the file that the text names, then start again."""


class AlreadyRunningError(MailroomError):
    """Another process works on this data folder: stop it, or leave it to its work."""


class StorageError(MailroomError):
    """The archive or the database cannot keep what it is given: stop taking, mend the disk."""


class ArchiveDamagedError(StorageError):
    """Archived bytes are missing or differ from their digest: restore them from a backup."""


class BackupError(MailroomError):
    """A copy was not made, not found, or is not what it should be: do what the text says, then try again."""


class FenceMissingError(MailroomError):
    """These books were restored from a backup: state the last numbers first (`mailroom fence`); until then none is given."""


class ModelDamagedError(MailroomError):
    """The file of a trained model is missing, or is none of ours: rules and catalogue answer; train anew."""


class UnreadableError(MailroomError):
    """A message cannot be read within its limits: register it unread, show it to a clerk."""


class RenderingError(MailroomError):
    """A document cannot be made from its template: mend the template that the text names."""


class SigningError(MailroomError):
    """A document was not signed."""


class SigningRefusedError(SigningError):
    """This key or certificate must not sign: do what the text says, then sign again (R91)."""


class TemporarySigningError(SigningError):
    """A service that signing needs (token, time-stamp, revocation) does not answer: try again later, unchanged."""


class ChannelError(MailroomError):
    """A channel did not do what was asked."""


class TemporaryChannelError(ChannelError):
    """Trying again later, unchanged, may succeed.

    `retry_after` is the other side's own delay in seconds, where it named one.
    """

    def __init__(self, text: str, *, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class UncertainDeliveryError(TemporaryChannelError):
    """The letter was handed over but the answer was lost: it may have arrived (RFC 1047). Sent again, identical."""


class PermanentChannelError(ChannelError):
    """Trying again unchanged cannot succeed: a clerk decides."""


class QuotaExhaustedError(PermanentChannelError):
    """The channel takes no more messages this month, or the rest is kept back: another channel may carry this one."""


class ChannelSetupError(TemporaryChannelError):
    """Ours to mend: password, certificate, host name. Nothing is lost meanwhile; do not hammer."""


class RefusedActionError(MailroomError):
    """A clerk asked for something that cannot be done.

    `code` is the key of a sentence in the catalogue (config/texts, table `refusals`), `detail` is filled into it.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
