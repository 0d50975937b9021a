/** Questions about images and sound. */
export const MEDIA_ERRORS = {
  "media-not-taken": {
    template: "{name} takes no {what}",
    hint: "{advice}",
    exit: 2,
    http: 422,
  },
  "projector-missing": {
    template: "no file is known that makes tokens of {what} for {name}",
    hint: "Name its projector: --mmproj mmproj-model-f16.gguf (it is published beside the model).",
    exit: 2,
    http: 404,
  },
} as const;
