"""Documents that the agency prints, signs and examines."""

from signing.checks import check
from signing.opening import is_demo, open_examiner, open_mail_signer, open_signer
from signing.smime import MailSigner

__all__ = ["MailSigner", "check", "is_demo", "open_examiner", "open_mail_signer", "open_signer"]
