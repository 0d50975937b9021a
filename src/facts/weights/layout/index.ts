export { type Declared, declaredQuantization } from "./declared.ts";
export {
  type LeftMatrix,
  layoutBitsPerWeight,
  type PlainPart,
  type QuantizedPart,
  type WeightLayout,
  weightLayout,
} from "./layout.ts";
