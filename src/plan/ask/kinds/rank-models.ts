import { modelCatalog, tensorList } from "../../../facts/model/index.ts";
import type { RankModel } from "../../rank/index.ts";

/** Models of the catalog that a geometry and tensors are known of; those that are superseded are left out unless asked for. */
export async function catalogModels(superseded: boolean): Promise<RankModel[]> {
  const { MODELS, geometryFromRow, licenseFacts, toolsFacts } = await modelCatalog();
  return MODELS.flatMap((row): RankModel[] => {
    if (row.priority === SUPERSEDED && !superseded) return [];
    const geometry = geometryFromRow(row);
    const shapes = geometry && tensorList(geometry);
    if (!geometry || !shapes) return [];
    const { id, name, family, released, parameters, modality, license } = row;
    const licenseUse = licenseFacts(license)?.use;
    const tools = toolsFacts(id)?.tools;
    return [
      {
        id,
        name,
        family,
        released,
        ...(modality === undefined ? {} : { modality }),
        ...(license === undefined ? {} : { license }),
        ...(licenseUse === undefined ? {} : { licenseUse }),
        ...(tools === undefined ? {} : { tools }),
        geometry,
        shapes,
        parameters: parameters.text,
        ...(parameters.active === undefined ? {} : { activeParameters: parameters.active }),
      },
    ];
  });
}

/** Priority of rows that newer models of the same makers have replaced. */
const SUPERSEDED = 3;
