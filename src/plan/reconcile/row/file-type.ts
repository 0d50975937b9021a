import type { Geometry } from "../../../facts/model/index.ts";
import { FILE_TYPE_NAMES, quantized, weightBytes } from "../../../facts/recipe/index.ts";
import type { Tensor } from "../../../facts/weights/index.ts";
import type { Fields } from "../fields.ts";

const SIZES: Readonly<Record<string, string>> = { Large: "L", Medium: "M", Small: "S" };

const OWN_MIX = /\bUD\b|_XL\b|REAP/;

/** A file type as the engine prints it ("Q4_K - Medium", "IQ4_XS - 4.25 bpw") by its recipe's name, undefined where it has none. */
export function fileTypeOfRow(model: Fields): string | undefined {
  const said = model.text("file_type");
  // a publisher's own mix goes by the name of the type that most of it has
  if (OWN_MIX.test(model.text("name"))) return undefined;
  const [type = "", rest = ""] = said.split(" - ");
  const size = SIZES[rest.split(" ")[0]!];
  const name = size === undefined ? type : `${type}_${size}`;
  return FILE_TYPE_NAMES.find((each) => each === name.toUpperCase());
}

/** as near as a type's total has to come to what was printed, and no other type's as near */
const NEAR = 0.005;

/** The file type by what all weights together come to as printed, where one type alone comes near. */
export function fileTypeByWeights(
  row: Fields,
  geometry: Geometry,
  shapes: readonly Pick<Tensor, "name" | "shape">[],
): string | undefined {
  const printed = row.group("measured").group("model_buffers_MiB");
  const total = printed.keys().reduce((sum, label) => sum + printed.number(label), 0) * 2 ** 20;
  const near = FILE_TYPE_NAMES.filter(
    (type) => Math.abs(weightBytes(quantized(geometry, shapes, type)) / total - 1) <= NEAR,
  );
  return near.length === 1 ? near[0] : undefined;
}
