"""The Flask application: one URL map for three sites, chosen by host; one transaction a request."""

from __future__ import annotations

from io import BytesIO
from typing import IO, Any

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.routing import Map, MapAdapter

from app.core import work
from app.web.folding import FoldingEnvironment
from config.settings import Settings
from tenants.db import db, forget_connections
from tenants.http import PRODUCT, RegistryAway, Site, UnknownHost, site_of
from tenants.registry import Registry


class FewFields(FormDataParser):
    """Holds every kind of form to the number of fields that multipart ones are held to.

    A million empty fields fit into a small form, and reading them takes seconds before any guard is asked.
    """

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> Any:
        if mimetype == "application/x-www-form-urlencoded":
            sent = stream.read()
            if sent.count(b"&") >= (self.max_form_parts or 0):
                raise RequestEntityTooLarge()
            stream = BytesIO(sent)
        return super().parse(stream, mimetype, content_length, options)


class SiteRequest(Request):
    """A request that knows on which site it came in; None on an unknown host."""

    site: Site | None = None
    form_data_parser_class = FewFields


class HostBoundSession(SecureCookieSessionInterface):
    """The signed cookie of forms and notices counts only on the host that set it: siblings are other managers."""

    def __init__(self) -> None:
        self._serializers: dict[Flask, Any] = {}

    def get_signing_serializer(self, app: Flask) -> Any:
        """The one of the application, made once: it holds nothing but the keys."""
        if app not in self._serializers:
            self._serializers[app] = super().get_signing_serializer(app)
        return self._serializers[app]

    def open_session(self, app: Flask, request: Request) -> Any:
        session = super().open_session(app, request)
        if session is None or session.get("_host", request.host) != request.host:
            return self.session_class()
        return session

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if session and session.modified:
            session["_host"] = request.host
        super().save_session(app, session, response)  # type: ignore[arg-type]


class Osiedle(Flask):
    """The application. `settings` and `registry` are what its parts may know of the deployment."""

    request_class = SiteRequest
    jinja_environment = FoldingEnvironment
    session_interface = HostBoundSession()
    url_map_class = Map

    def __init__(self, settings: Settings) -> None:
        super().__init__("app", static_folder=None, template_folder="web/templates")
        self.settings = settings
        self.registry: Registry
        self.url_map.strict_slashes = False
        self.url_map.merge_slashes = False
        self.url_map.redirect_defaults = False

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        if request is None:
            return self.url_map.bind(self.settings.base_hostname, subdomain=PRODUCT)
        assert isinstance(request, SiteRequest)
        try:
            request.site = site_of(request.headers.get("Host"), self.registry, self.settings.base_hostname)
        except UnknownHost:
            if not request.path.startswith("/static/"):
                raise
            request.site = Site(PRODUCT, "")  # the neutral page may wear our style sheet, and that is all it gets
        except (DBAPIError, PoolTimeout) as error:
            raise RegistryAway() from error
        return self.url_map.bind_to_environ(request.environ, subdomain=request.site.kind)

    def after_fork(self) -> None:
        """For servers that load the application before they fork."""
        forget_connections(self)
        self.registry.watch()

    def ensure_sync(self, func: Any) -> Any:
        """No view of ours is a coroutine, so none is asked."""
        return func

    def dispatch_request(self) -> Response:
        """Run the view and end its unit of work: what succeeded is committed, what did not is rolled back."""
        response = self.make_response(super().dispatch_request())
        if response.status_code < 400:
            work.commit()
        else:
            db.session.rollback()
        return response
