"""The WSGI entry point: gunicorn wsgi:app."""

from registry.app import create_app
from registry.settings import Settings

app = create_app(Settings.from_environment())
