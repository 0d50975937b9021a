/** Until when the catalogs and the rules of the newest engine build were gathered; a date of facts, never of a run. */
export const FACTS_DATE = "facts of 24 November 2026";
