// Shows the reference: Swagger UI on this server's own OpenAPI document. Nothing is fetched from elsewhere.
"use strict";

const reference = document.getElementById("reference");

SwaggerUIBundle({
  domNode: reference,
  url: reference.dataset.document,
  layout: "BaseLayout",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  filter: true,
  persistAuthorization: false, // a key outlives the page nowhere
  requestSnippetsEnabled: true,
  tryItOutEnabled: true,
  validatorUrl: null, // the default sends the document to a server of others
});
