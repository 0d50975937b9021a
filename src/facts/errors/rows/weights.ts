export const WEIGHTS_ERRORS = {} as const;
