"""The settings of one process: read from the environment once, checked once, frozen.

Nothing else in the product reads environment variables. In development whatever is not set comes from the
running `./run` (`var/state.json`, `var/secrets.json`); in production every missing or unsafe value is a
sentence in `UnsafeSettings`, and the process does not start.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_PORT = 8000
DEMO_PASSWORD = "Osiedle-demo-1"  # the one documented in the README; refused in production
WEAK_SECRETS = frozenset({"", "dev", "secret", "changeme", "change-me", "development"})


class UnsafeSettings(RuntimeError):
    """The settings cannot be used; `problems` holds one sentence for each reason."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a process may know about its deployment.

    Database URLs are in SQLAlchemy's form for psycopg. `database_url` is the owner's login (provisioning and
    migrations only), `app_database_url` may enter tenant roles and nothing else, `platform_database_url`
    reads and writes the schema `platform`.
    """

    env: str
    base_domain: str
    database_url: str = field(repr=False)
    app_database_url: str = field(repr=False)
    platform_database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    encryption_keys: tuple[str, ...] = field(repr=False)
    mail_url: str = field(repr=False)
    mail_from_domain: str
    sms_url: str = field(repr=False)
    storage_url: str
    var: Path
    https: bool
    secure_cookies: bool
    log_format: str
    stripe_api_key: str | None = field(repr=False, default=None)
    stripe_webhook_secret: str | None = field(repr=False, default=None)
    stripe_api_base: str | None = None
    sentry_dsn: str | None = field(repr=False, default=None)
    trusted_proxies: int = 0
    prepare_statements: bool = True
    metrics_allowed: tuple[str, ...] = ("127.0.0.1", "::1")
    workers: int = 3
    operator_factor: str = "optional"
    imports_dir: Path | None = None
    imports_quiet: int = 60
    imports_keep_days: int = 30
    mail_inbox_url: str | None = field(repr=False, default=None)
    mail_inbox_ca: str | None = None
    mail_connections: int = 10
    trial_letters: int = 200
    s3_endpoint_url: str | None = None
    clamav_url: str | None = field(repr=False, default=None)
    dns_server: str | None = None
    security_contact: str | None = None

    @property
    def production(self) -> bool:
        return self.env == "production"

    @property
    def base_hostname(self) -> str:
        """`base_domain` without a port."""
        return self.base_domain.rsplit(":", 1)[0] if self.base_domain.count(":") == 1 else self.base_domain

    def field_keys(self) -> list[bytes]:
        """Keys for encrypting fields, newest first, in the form that Fernet takes."""
        return [fernet_key(key) for key in self.encryption_keys or (self.derived_key("fields").hex(),)]

    def url(self, host: str, path: str = "/") -> str:
        """Absolute address of a page on one of our hosts; the only place where links get scheme and port."""
        return f"{'https' if self.https else 'http'}://{host}{path}"

    def login_passwords(self) -> dict[str, str]:
        """The passwords of our two login roles, as the URLs of this deployment have them."""
        urls = {"osiedle_app": self.app_database_url, "osiedle_platform": self.platform_database_url}
        return {role: unquote(urlsplit(url).password or "") for role, url in urls.items()}

    def derived_key(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose, derived from the secret key."""
        return hmac.new(self.secret_key.encode(), purpose.encode(), hashlib.sha256).digest()


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check the settings. Raises `UnsafeSettings` with one sentence for each problem."""
    env = dict(os.environ if environ is None else environ)
    mode = env.get("OSIEDLE_ENV") or "development"
    if mode not in ("development", "production"):
        raise UnsafeSettings([f"OSIEDLE_ENV is “{mode}”; it must be “development” or “production”."])
    var = Path(env.get("OSIEDLE_VAR") or ROOT / "var").resolve()
    if mode == "development" and not env.get("DATABASE_URL"):
        from config.local import state

        env = {**state.environment(var), **env}
    settings = _read(env, mode, var)
    problems = _problems(settings, env)
    if problems:
        raise UnsafeSettings(problems)
    return settings


def _read(env: Mapping[str, str], mode: str, var: Path) -> Settings:
    secret = env.get("SECRET_KEY", "")
    owner = sqlalchemy_url(env.get("DATABASE_URL", ""))
    base = (env.get("BASE_DOMAIN") or f"localhost:{env.get('PORT') or DEFAULT_PORT}").lower()
    https = _truth(env.get("OSIEDLE_HTTPS"), mode == "production")
    return Settings(
        env=mode,
        base_domain=base,
        database_url=owner,
        app_database_url=sqlalchemy_url(env.get("APP_DATABASE_URL", "")) or login_url(owner, "osiedle_app", secret),
        platform_database_url=sqlalchemy_url(env.get("PLATFORM_DATABASE_URL", ""))
        or login_url(owner, "osiedle_platform", secret),
        redis_url=env.get("REDIS_URL", ""),
        secret_key=secret,
        encryption_keys=tuple(k.strip() for k in env.get("ENCRYPTION_KEYS", "").split(",") if k.strip()),
        mail_url=env.get("MAIL_URL", ""),
        mail_inbox_url=env.get("MAIL_INBOX_URL") or None,
        mail_inbox_ca=env.get("MAIL_INBOX_CA") or None,
        mail_connections=max(1, min(50, int(env.get("MAIL_CONNECTIONS") or 10))),
        trial_letters=max(0, int(env.get("TRIAL_LETTERS") or 200)),
        mail_from_domain=env.get("MAIL_FROM_DOMAIN") or base.rsplit(":", 1)[0],
        # Without a gateway production must not take a folder for one: nobody would get what counts as sent.
        sms_url=env.get("SMS_URL") or ("" if mode == "production" else f"file://{var / 'sms'}"),
        storage_url=env.get("STORAGE_URL") or f"file://{var / 'files'}",
        var=var,
        https=https,
        secure_cookies=_truth(env.get("OSIEDLE_SECURE_COOKIES"), https),
        log_format=env.get("LOG_FORMAT") or "console",
        stripe_api_key=env.get("STRIPE_API_KEY") or None,
        stripe_webhook_secret=env.get("STRIPE_WEBHOOK_SECRET") or None,
        stripe_api_base=env.get("STRIPE_API_BASE") or None,
        sentry_dsn=env.get("SENTRY_DSN") or None,
        trusted_proxies=int(env.get("TRUSTED_PROXIES") or 0),
        prepare_statements=_truth(env.get("OSIEDLE_PREPARE"), True),
        # Behind a proxy on the same machine everybody has a local address, so production must say who may look.
        metrics_allowed=tuple(
            (env.get("METRICS_ALLOWED") or ("" if mode == "production" else "127.0.0.1,::1")).split(",")
        ),
        workers=max(1, int(env.get("OSIEDLE_WORKERS") or 3)),
        imports_dir=_folder(env.get("OSIEDLE_IMPORTS_DIR"), None if mode == "production" else var / "import"),
        imports_keep_days=max(1, int(env.get("OSIEDLE_IMPORTS_KEEP_DAYS") or 30)),
        imports_quiet=max(0, int(env.get("OSIEDLE_IMPORTS_QUIET") or 60)),
        s3_endpoint_url=env.get("S3_ENDPOINT_URL") or None,
        clamav_url=env.get("CLAMAV_URL") or None,
        dns_server=env.get("DNS_SERVER") or None,
        security_contact=_contact(env.get("SECURITY_CONTACT")),
        operator_factor=env.get("OSIEDLE_OPERATOR_FACTOR") or ("required" if mode == "production" else "optional"),
    )


def _problems(settings: Settings, env: Mapping[str, str]) -> list[str]:
    found = [
        f"{name} is not set; start ./run in another terminal, or set it."
        for name, value in (("DATABASE_URL", settings.database_url), ("REDIS_URL", settings.redis_url))
        if not value
    ]
    if settings.log_format not in ("console", "json"):
        found.append(f"LOG_FORMAT is “{settings.log_format}”; it must be “console” or “json”.")
    if settings.sms_url and not _is_sms_url(settings.sms_url):
        found.append("SMS_URL must look like smsapi://token@api.smsapi.pl or file:///dir.")
    storage = urlsplit(settings.storage_url)
    if not (storage.scheme == "file" and storage.path) and not (storage.scheme == "s3" and storage.netloc):
        found.append("STORAGE_URL must look like file:///dir or s3://bucket/prefix.")
    if settings.clamav_url and urlsplit(settings.clamav_url).scheme != "clamd":
        found.append("CLAMAV_URL must look like clamd://host:3310 or clamd:///run/clamd.sock.")
    if settings.mail_inbox_url and not settings.mail_inbox_url.startswith(("imaps://", "imap://")):
        found.append("MAIL_INBOX_URL must look like imaps://user:password@host/INBOX.")
    if settings.mail_inbox_ca and not Path(settings.mail_inbox_ca).is_file():
        found.append("MAIL_INBOX_CA must name a PEM file with the certificates to trust.")
    if settings.security_contact and not _is_contact(settings.security_contact):
        found.append("SECURITY_CONTACT must be an e-mail address, or look like https://… or tel:+48….")
    if settings.operator_factor not in ("required", "optional"):
        found.append(f"OSIEDLE_OPERATOR_FACTOR is “{settings.operator_factor}”; it must be “required” or “optional”.")
    if not settings.production:
        return found
    if settings.secret_key.lower() in WEAK_SECRETS or len(settings.secret_key) < 32:
        found.append("SECRET_KEY is missing or guessable; set at least 32 random characters.")
    if not settings.encryption_keys:
        found.append("ENCRYPTION_KEYS is not set; without it secrets would be stored readable.")
    if not settings.secure_cookies or not settings.https:
        found.append("OSIEDLE_SECURE_COOKIES or OSIEDLE_HTTPS is off; cookies would travel without HTTPS.")
    if env.get("OSIEDLE_EMBEDDED") or _embedded(settings, settings.var):
        found.append("DATABASE_URL or REDIS_URL names an embedded server; production needs its own servers.")
    if settings.stripe_api_base:
        found.append("STRIPE_API_BASE is set; production gives its key and payments to Stripe alone.")
    if not settings.mail_url:
        found.append("MAIL_URL is not set; residents could not receive their mail.")
    if not env.get("BASE_DOMAIN") or settings.base_hostname in ("localhost", "127.0.0.1"):
        found.append("BASE_DOMAIN is not set to a real domain; links in mails would lead nowhere.")
    return found


def _is_sms_url(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme == "file":
        return bool(parts.path)
    return parts.scheme == "smsapi" and bool(parts.hostname) and bool(parts.username)


def _contact(value: str | None) -> str | None:
    """An address in the form of RFC 9116: a bare e-mail address becomes `mailto:`."""
    typed = (value or "").strip()
    return f"mailto:{typed}" if "@" in typed and ":" not in typed else typed or None


def _is_contact(contact: str) -> bool:
    scheme, _colon, rest = contact.partition(":")
    plain = contact.isascii() and contact.isprintable() and " " not in contact
    fits = {"mailto": "@" in rest, "https": rest.startswith("//") and len(rest) > 2, "tel": rest.startswith("+")}
    return plain and fits.get(scheme, False)


def _embedded(settings: Settings, var: Path) -> bool:
    from config.local import state

    known = state.peek(var)
    return bool(known) and (
        settings.redis_url == known.get("REDIS_URL")
        or settings.database_url == sqlalchemy_url(str(known.get("DATABASE_URL", "")))
    )


def fernet_key(secret: str) -> bytes:
    """A 32-byte key of any secret, in URL-safe base64."""
    return base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest())


def sqlalchemy_url(url: str) -> str:
    """`postgres://` and `postgresql://` in the form that chooses psycopg 3."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def libpq_url(url: str) -> str:
    """The same URL in the form that psycopg itself reads."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def login_password(role: str, secret: str) -> str:
    """The password of one of our own login roles, derived so that it need not be stored anywhere."""
    return hmac.new(secret.encode(), f"login:{role}".encode(), hashlib.sha256).hexdigest()


def login_url(owner_url: str, role: str, secret: str) -> str:
    """The owner's URL with another of our logins in it."""
    if not owner_url:
        return ""
    parts = urlsplit(owner_url)
    host = parts.netloc.rsplit("@", 1)[-1]
    return urlunsplit(parts._replace(netloc=f"{role}:{quote(login_password(role, secret))}@{host}"))


def _folder(value: str | None, default: Path | None) -> Path | None:
    return Path(value).resolve() if value else default


def _truth(value: str | None, default: bool) -> bool:
    return default if value is None or value == "" else value.strip().lower() in ("1", "true", "yes", "on")
