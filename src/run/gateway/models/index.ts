export { Claims, type Run } from "./claims.ts";
export { ModelPool, type PoolEvent, type PoolOptions, type Servable } from "./pool.ts";
export { HOST, minus, roomOf, sum, type Room } from "./room.ts";
