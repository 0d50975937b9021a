export { coarseTraining } from "./coarse.ts";
