"""A django-helpdesk of its own for the measurement: SQLite as durable as ours, no mail sent, files below one folder."""

import codecs
import os
from pathlib import Path

# Without this the first mail in windows-874 stops the queue for good, and there would be nothing to measure.
codecs.register(lambda name: codecs.lookup("cp874") if name.replace("-", "_") == "windows_874" else None)

ROOT = Path(os.environ["HELPDESK_ROOT"])
SECRET_KEY = "measurement only"
DEBUG = False
USE_TZ = True
SITE_ID = 1
ROOT_URLCONF = "helpdesk_urls"
MEDIA_ROOT = str(ROOT / "media")
MEDIA_URL = "/media/"
STATIC_URL = "/static/"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.humanize",
    "django.contrib.admin",
    "django.contrib.messages",
    "rest_framework",
    "helpdesk",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(ROOT / "helpdesk.sqlite3"),
        "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"},
    }
}
LOGGING_CONFIG = None
HELPDESK_TEAMS_MODEL = "auth.User"
HELPDESK_TEAMS_MIGRATION_DEPENDENCIES: list[tuple[str, str]] = []


def HELPDESK_KBITEM_TEAM_GETTER(_item: object) -> None:  # noqa: N802 - the peer's name for this setting
    """Teams belong to a package that is not measured."""
