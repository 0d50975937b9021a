export { backendOf } from "./backends.ts";
export { rigByHand, type RigByHand, type RigWords } from "./rig.ts";
