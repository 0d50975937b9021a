import { FILE_TYPE_NAMES } from "../../../src/facts/recipe/index.ts";
import type { Fields } from "../fields.ts";

const SIZES: Readonly<Record<string, string>> = { Large: "L", Medium: "M", Small: "S" };

/** A file type as the engine prints it ("Q4_K - Medium", "IQ4_XS - 4.25 bpw") by its recipe's name, undefined where it has none. */
export function fileTypeOfRow(model: Fields): string | undefined {
  const said = model.text("file_type");
  const [type = "", rest = ""] = said.split(" - ");
  const size = SIZES[rest.split(" ")[0]!];
  const name = size === undefined ? type : `${type}_${size}`;
  return FILE_TYPE_NAMES.find((each) => each === name.toUpperCase());
}
