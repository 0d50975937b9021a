export { adapterWeights, coarseTraining } from "./coarse.ts";
