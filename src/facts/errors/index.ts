export { LoadoutError, type ErrorDetails } from "./error.ts";
export { ERRORS, EXIT, type ErrorCode, type ErrorRow } from "./table.ts";
