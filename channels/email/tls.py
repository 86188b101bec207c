"""TLS 1.2 or later, certificate and host name verified, without exception."""

import ssl

from channels.email.settings import ServerSection
from mailroom.domain.errors import ChannelSetupError


def context(server: ServerSection) -> ssl.SSLContext:
    """The context for one server. Raises ChannelSetupError when ca_file cannot be used."""
    try:
        made = ssl.create_default_context(cafile=str(server.ca_file) if server.ca_file else None)
    except (OSError, ssl.SSLError) as error:
        raise ChannelSetupError(f"ca_file {server.ca_file}: {error}; it must be a PEM file of certificates") from error
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made
