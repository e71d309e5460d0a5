"""The Chalice app: routes, middleware and authorizer joined; nothing happens here."""

from chalice.app import Chalice

from chalicelib.api import about, api_keys, carriers, connections, docs, files, rates, references, shipments, trackers
from chalicelib.api.authorizer import authorizers
from chalicelib.api.middleware import around_request
from chalicelib.api.routing import register_fallbacks
from chalicelib.jobs.shipments import jobs

app = Chalice(app_name="dray")
app.api.binary_types = list(files.BINARY_TYPES)
app.register_middleware(around_request, "http")
app.register_blueprint(authorizers)
app.register_blueprint(jobs)
for module in (shipments, rates, trackers, connections, carriers, references, api_keys, files, about, docs):
    app.register_blueprint(module.routes)
register_fallbacks(app)
