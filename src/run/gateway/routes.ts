import { LoadoutError } from "../../facts/errors/index.ts";
import type { Dialect, DialectCount, DialectListing, DialectRoute } from "./dialects/dialect.ts";

/** Where a request goes. */
export interface Routed {
  readonly dialect: Dialect;
  readonly route: DialectRoute;
  /** it came by the batch lane's own path */
  readonly batch: boolean;
}

/** Before any dialect's path: the same in the batch lane. */
const BATCH_PREFIX = "/batch";

/** All dialects' routes by exact path. Throws where two dialects want the same. */
export function routeTable(dialects: readonly Dialect[]): ReadonlyMap<string, Routed> {
  const table = new Map<string, Routed>();
  for (const dialect of dialects) {
    for (const route of dialect.routes) {
      if (table.has(route.path)) throw new LoadoutError("internal", { what: `two dialects answer at ${route.path}` });
      table.set(route.path, { dialect, route, batch: false });
      table.set(BATCH_PREFIX + route.path, { dialect, route, batch: true });
    }
  }
  return table;
}

/** A dialect's list of models, and whose it is. */
export interface Listed extends DialectListing {
  readonly dialect: Dialect;
}

export function listingTable(dialects: readonly Dialect[]): ReadonlyMap<string, Listed> {
  const table = new Map<string, Listed>();
  for (const dialect of dialects) {
    for (const listing of dialect.listings ?? []) table.set(listing.path, { ...listing, dialect });
  }
  return table;
}

/** A dialect's way of counting tokens, and whose it is. */
export interface Counted extends DialectCount {
  readonly dialect: Dialect;
}

export function countTable(dialects: readonly Dialect[]): ReadonlyMap<string, Counted> {
  const counts = dialects.flatMap((dialect) => (dialect.counts ?? []).map((count) => ({ ...count, dialect })));
  return new Map(counts.map((count) => [count.path, count]));
}

/** Whose path it would be, though nothing is there. */
export function dialectOf(dialects: readonly Dialect[], path: string): Dialect | undefined {
  return dialects.find(({ prefixes = [] }) => prefixes.some((prefix) => path.startsWith(prefix)));
}

/** A request target without its query. */
export function pathOf(url: string): string {
  const query = url.indexOf("?");
  return query < 0 ? url : url.slice(0, query);
}
