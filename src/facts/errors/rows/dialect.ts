/** What clients of the gateway can ask wrongly, whatever dialect they speak. */
export const DIALECT_ERRORS = {
  "request-invalid": {
    template: "{field}: expected {expected}, got {got}",
    hint: "Correct the field {field} of the request's body.",
    exit: 2,
    http: 400,
  },
  "request-unsupported": {
    template: "{field}: {what} is not supported here",
    hint: "{instead}",
    exit: 2,
    http: 400,
  },
  "model-not-served": {
    template: "no model {name} is served here",
    hint: "Served: {known}.",
    exit: 2,
    http: 404,
  },
} as const;
