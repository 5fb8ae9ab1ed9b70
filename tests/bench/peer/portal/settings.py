"""Django as strong as its documentation makes it: nothing reloads, connections stay, tenants are remembered."""

import os
from pathlib import Path
from urllib.parse import urlsplit

_database = urlsplit(os.environ["DATABASE_URL"])
SECRET_KEY = "benchmarks-only"
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TIME_ZONE = "Europe/Warsaw"
USE_TZ = True
LANGUAGE_CODE = "pl"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGGING_CONFIG = None

DATABASES = {
    "default": {
        "ENGINE": "django_tenants.postgresql_backend",
        "HOST": _database.hostname,
        "PORT": _database.port,
        "USER": _database.username,
        "PASSWORD": _database.password,
        "NAME": _database.path.lstrip("/"),
        "CONN_MAX_AGE": None,
        "OPTIONS": {"prepare_threshold": None, "options": "-c random_page_cost=1.1"},
    }
}
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
SHARED_APPS = ["django_tenants", "managers"]
TENANT_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions", "portal"]
INSTALLED_APPS = [*SHARED_APPS, *TENANT_APPS]
TENANT_MODEL = "managers.Client"
TENANT_DOMAIN_MODEL = "managers.Domain"
TENANT_LIMIT_SET_CALLS = True

AUTH_USER_MODEL = "portal.Account"
AUTHENTICATION_BACKENDS = ["portal.entering.Backend"]
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "peer"
MIDDLEWARE = [
    "portal.entering.RememberedTenants",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [Path(__file__).resolve().parent.parent / "templates"],
        "OPTIONS": {"environment": "portal.rendering.environment", "auto_reload": False},
    }
]
