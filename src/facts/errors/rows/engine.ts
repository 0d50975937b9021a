export const ENGINE_ERRORS = {} as const;
