/** What draws, loaded when the first chart comes in sight. */
export const charts = () => import("../../../src/draw/answers/index.ts");
