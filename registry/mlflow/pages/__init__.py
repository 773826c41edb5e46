"""The servers, with how far their syncs have come; one server and its models; one model, whose it is and what its metrics mean"""

from registry.mlflow.pages import models, servers
from registry.mlflow.pages.shared import pages

__all__ = ["models", "pages", "servers"]
