export { Fields, RowError } from "../../src/plan/reconcile/index.ts";
