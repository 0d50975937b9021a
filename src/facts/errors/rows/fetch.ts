export const FETCH_ERRORS = {} as const;
