export { candidates, sizesSold } from "./find.ts";
export { labelBytes } from "./memory-size.ts";
export { rigByHand, type RigByHand, type RigWords } from "./rig.ts";
