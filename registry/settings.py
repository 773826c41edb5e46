"""Settings read from the environment once, checked, frozen."""

import os
import secrets
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from registry.output.database_urls import is_postgresql, kind_of, password_in
from registry.output.destinations import networks_from

_SHORTEST_SECRET = 32
_FEWEST_LETTERS = 12
# What stands for a password in the files of docs/deploy.
_EXAMPLE = "change-this"
THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})
_DATABASES = frozenset({"sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg"})


class Settings(BaseSettings):
    """Everything that differs between one installation and another. Each is an environment variable REGISTRY_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="REGISTRY_", frozen=True, extra="ignore")

    data_dir: Path = Path("var")
    database_url: str = ""
    # A copy that follows the database (PostgreSQL), which reports and cards by the hundred are read from; or the file its address is in.
    replica_url: str = ""
    replica_url_file: Path | None = None
    secret_key: SecretStr = SecretStr("")
    secret_key_file: Path | None = None
    # Where the key is that signs the ledger's checkpoints; made there on first use.
    signing_key_file: Path | None = None
    # The organisation's key for the PDFs of cards, its password, and who says what time it is. None: they are not signed.
    card_key_file: Path | None = None
    card_key_password_file: Path | None = None
    timestamp_url: str = ""
    # Where each new checkpoint of the ledger goes by itself: posted to an address, mailed to people.
    checkpoint_url: str = ""
    checkpoint_mail_to: str = ""
    # Networks inside that webhooks may be sent to and MLflow be read from, and unencrypted: "10.20.0.0/16, 192.168.7.5". None: only the public network.
    webhook_networks: str = ""
    # Where the secrets are that MLflow servers ask for, one file each; none: they are asked without.
    mlflow_credentials_dir: Path | None = None
    mail_server: str = ""
    mail_from: str = ""
    mail_user: str = ""
    mail_password_file: Path | None = None
    # Who signs people in: an OpenID provider, what the registry is called there, and what it says of groups.
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret_file: Path | None = None
    oidc_name: str = "your organisation's account"
    oidc_scopes: str = "openid email profile"
    oidc_groups_claim: str = "groups"
    oidc_roles_file: Path | None = None
    # Whose verified addresses make somebody known at their first sign-in, and whether it adds whom nobody knows.
    oidc_link_domains: str = ""
    oidc_add_people: bool = False
    # Whose passwords still open the door; "": everybody's.
    passwords_only_for: str = ""
    # Passwords that are refused beside the commonest: one a line, or the SHA-1 hashes of Have I Been Pwned. None: no more.
    refused_passwords_file: Path | None = None
    base_url: str = "http://127.0.0.1:8000"
    organisation: str = "Our organisation"
    max_upload_bytes: int = Field(default=52_428_800, ge=1_024)
    max_evidence_bytes: int = Field(default=25_000_000, ge=1_024)
    # How many bytes of evidence one system may have, all revisions together.
    evidence_quota_bytes: int = Field(default=1_000_000_000, ge=1_024)
    max_form_bytes: int = Field(default=1_048_576, ge=65_536)
    session_hours: int = Field(default=12, ge=1, le=72)
    idle_minutes: int = Field(default=120, ge=5, le=1_440)
    worker_inside: bool = True
    # The role that owns the tables, for `registry db upgrade` and `restore` alone; the application's own stands above.
    owner_database_url: str = ""
    # Whether the application may run as a role that could change its own ledger: on PostgreSQL, for trying it out.
    one_role: bool = False
    # What the log is written as; auto: as text on a terminal, as JSON anywhere else.
    log_format: Literal["auto", "json", "text"] = "auto"
    # The token that /metrics asks for; none: it answers on this machine alone.
    metrics_token_file: Path | None = None
    # How many processes lay out PDFs at once where many are wanted; never more than the machine has cores.
    pdf_processes: int = Field(default=4, ge=1, le=64)
    # How often one network, or one person, may try what strangers can ask, in a quarter of an hour; 0: as often as they like.
    limit_proof: int = Field(default=100, ge=0)
    limit_token: int = Field(default=300, ge=0)
    limit_provider: int = Field(default=1_000, ge=0)
    limit_check: int = Field(default=60, ge=0)
    limit_feedback: int = Field(default=120, ge=0)
    limit_feed: int = Field(default=120, ge=0)
    # How many reverse proxies stand before it, each of which says in X-Forwarded-For whom it speaks for.
    proxies: int = Field(default=0, ge=0, le=5)

    @classmethod
    def from_environment(cls) -> Self:
        """Read, complete and check the settings. Raises pydantic's ValidationError naming each bad variable."""
        return cls()

    @model_validator(mode="after")
    def _check(self) -> Self:
        parts = urlsplit(self.base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("REGISTRY_BASE_URL must be an http or https address")
        if not self.is_secure and parts.hostname not in THIS_MACHINE:
            raise ValueError("REGISTRY_BASE_URL must use https, except on this machine itself")
        if self.timestamp_url and urlsplit(self.timestamp_url).scheme not in {"http", "https"}:
            raise ValueError("REGISTRY_TIMESTAMP_URL must be an http or https address")
        if self.card_key_file is None and (self.timestamp_url or self.card_key_password_file):
            raise ValueError("REGISTRY_CARD_KEY_FILE must name the key that cards are signed with")
        self._check_destinations()
        self._check_provider()
        given = self.secret_key.get_secret_value()
        if given and len(given) < _SHORTEST_SECRET:
            raise ValueError(f"REGISTRY_SECRET_KEY must have at least {_SHORTEST_SECRET} characters")
        if given and len(set(given)) < _FEWEST_LETTERS:
            raise ValueError("REGISTRY_SECRET_KEY must be drawn at random, and this one repeats itself")
        if self.refused_passwords_file and not _is_readable(self.refused_passwords_file):
            raise ValueError("REGISTRY_REFUSED_PASSWORDS_FILE must name a file that can be read")
        self._check_databases()
        return self

    def _check_databases(self) -> None:
        for name, url in self._database_urls().items():
            if _EXAMPLE in password_in(url).lower():
                raise ValueError(f"{name} has the password of the example: set one that nobody else has")
        if self.database_url and kind_of(self.database_url) not in _DATABASES:
            raise ValueError(
                "REGISTRY_DATABASE_URL must be an address such as postgresql+psycopg://user@host/name "
                "or sqlite:////path/registry.sqlite3"
            )
        if self.replica and not (is_postgresql(self.replica) and is_postgresql(self.database_url)):
            raise ValueError(
                "REGISTRY_REPLICA_URL must be an address such as postgresql+psycopg://user@replica/name,"
                " of a replica of the PostgreSQL database that REGISTRY_DATABASE_URL names"
            )
        if self.owner_database_url and not is_postgresql(self.owner_database_url):
            raise ValueError(
                "REGISTRY_OWNER_DATABASE_URL must be an address such as postgresql+psycopg://user@host/name"
            )
        if self.owner_database_url and not is_postgresql(self.database_url):
            raise ValueError(
                "REGISTRY_DATABASE_URL must name the same database as REGISTRY_OWNER_DATABASE_URL"
            )

    def _database_urls(self) -> dict[str, str]:
        return {
            "REGISTRY_DATABASE_URL": self.database_url,
            "REGISTRY_OWNER_DATABASE_URL": self.owner_database_url,
            "REGISTRY_REPLICA_URL": self.replica,
        }

    def _check_destinations(self) -> None:
        where = urlsplit(self.checkpoint_url)
        if self.checkpoint_url and where.scheme != "https" and where.hostname not in THIS_MACHINE:
            raise ValueError(
                "REGISTRY_CHECKPOINT_URL must be an https address, except on this machine itself"
            )
        try:
            networks_from(self.webhook_networks)
        except ValueError as wrong:
            raise ValueError(
                f"REGISTRY_WEBHOOK_NETWORKS must list networks such as 10.20.0.0/16: {wrong}"
            ) from wrong
        if self.mail_server and urlsplit(self.mail_server).scheme not in {"smtp", "smtps"}:
            raise ValueError("REGISTRY_MAIL_SERVER must be an address such as smtps://mail.example.org")
        if self.checkpoint_mail_to and not (self.mail_server and self.mail_from):
            raise ValueError("REGISTRY_MAIL_SERVER and REGISTRY_MAIL_FROM must say who mails the checkpoints")

    def _check_provider(self) -> None:
        if bool(self.oidc_issuer) != bool(self.oidc_client_id):
            raise ValueError("REGISTRY_OIDC_ISSUER and REGISTRY_OIDC_CLIENT_ID belong together")
        where = urlsplit(self.oidc_issuer)
        if self.oidc_issuer and where.scheme != "https" and where.hostname not in THIS_MACHINE:
            raise ValueError("REGISTRY_OIDC_ISSUER must be an https address, except on this machine itself")
        if where.query or where.fragment:
            raise ValueError("REGISTRY_OIDC_ISSUER is an address without ? and #")
        if "openid" not in self.oidc_scopes.split():
            raise ValueError("REGISTRY_OIDC_SCOPES must hold openid")
        needs = (self.oidc_roles_file, self.oidc_link_domains, self.oidc_add_people, self.passwords_only_for)
        if not self.oidc_issuer and any(needs):
            raise ValueError("REGISTRY_OIDC_ISSUER must say who signs people in")
        if self.oidc_add_people and not self.oidc_link_domains:
            raise ValueError("REGISTRY_OIDC_LINK_DOMAINS must say whose people REGISTRY_OIDC_ADD_PEOPLE adds")

    @property
    def is_secure(self) -> bool:
        """Whether people reach the registry over https, so that cookies may be held to it."""
        return self.base_url.startswith("https://")

    @property
    def link_domains(self) -> frozenset[str]:
        """The domains whose verified addresses make somebody known at a first sign-in, in lower case."""
        return _listed(self.oidc_link_domains)

    @property
    def emergency_accounts(self) -> frozenset[str]:
        """The addresses that may still use a password, in lower case; none where all may."""
        return _listed(self.passwords_only_for)

    @property
    def limits(self) -> dict[str, int]:
        """How often what strangers can ask may be tried, by the name of the budget."""
        return {
            "proof": self.limit_proof,
            "token": self.limit_token,
            "provider": self.limit_provider,
            "check": self.limit_check,
            "feedback": self.limit_feedback,
            "feed": self.limit_feed,
        }

    @property
    def mails(self) -> bool:
        """Whether there is a server that takes mail, so that people are told by it."""
        return bool(self.mail_server and self.mail_from)

    @property
    def printers(self) -> int:
        """How many PDFs are laid out at once where many are wanted: as many as there are cores, within the setting."""
        return min(self.pdf_processes, len(os.sched_getaffinity(0)))

    @property
    def database(self) -> str:
        """The database address; a SQLite file in the data folder unless one is given."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'registry.sqlite3').resolve()}"

    @property
    def owner_database(self) -> str:
        """The database address of the role that owns the tables; the application's own where no other is named."""
        return self.owner_database_url or self.database

    @property
    def replica(self) -> str:
        """The address of the database's replica, from the environment or its file; "" where there is none."""
        if self.replica_url or self.replica_url_file is None:
            return self.replica_url
        if not _is_readable(self.replica_url_file):
            raise ValueError("REGISTRY_REPLICA_URL_FILE must name a file that can be read")
        return self.replica_url_file.read_text(encoding="utf-8").strip()

    @property
    def signing_key(self) -> Path:
        """The file of the key that signs checkpoints; in the data folder unless another is named."""
        return self.signing_key_file or self.data_dir / "signing_key.pem"

    @property
    def ledger_origin(self) -> str:
        """What a ledger that begins here is called: the address people reach it at, without how."""
        return f"{urlsplit(self.base_url).netloc}/ledger"

    def secret(self) -> str:
        """The signing key: from the environment, a named file, or a file made on first use, readable by its owner only."""
        if given := self.secret_key.get_secret_value():
            return given
        path = self.secret_key_file or self.data_dir / "secret_key"
        if self.secret_key_file is None and not path.exists():
            self._make_secret(path)
        kept = path.read_text(encoding="ascii").strip()
        if len(kept) < _SHORTEST_SECRET:
            raise ValueError(f"{path} holds fewer than {_SHORTEST_SECRET} characters")
        return kept

    def metrics_token(self) -> str:
        """What /metrics asks for, from its file; empty where it answers on this machine alone. Raises OSError, ValueError."""
        if self.metrics_token_file is None:
            return ""
        kept = self.metrics_token_file.read_text(encoding="ascii").strip()
        if len(kept) < _SHORTEST_SECRET:
            raise ValueError(f"{self.metrics_token_file} holds fewer than {_SHORTEST_SECRET} characters")
        return kept

    def _make_secret(self, path: Path) -> None:
        self.make_data_dir()
        # O_EXCL decides between two processes that start at once: the loser reads what the winner wrote.
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48), encoding="ascii")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()

    def make_data_dir(self) -> None:
        """Create the data folder, closed to other users of the machine."""
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)


def _listed(text: str) -> frozenset[str]:
    return frozenset(each.strip().lower() for each in text.split(",")) - {""}


def _is_readable(path: Path) -> bool:
    return path.is_file() and os.access(path, os.R_OK)
