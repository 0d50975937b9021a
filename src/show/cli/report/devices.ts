import { deviceCatalog } from "../../../facts/hardware/index.ts";
import type { ReportDevice, ReportLoadout } from "../../../plan/answer/index.ts";

/** Whose the published figures of the devices are. */
export async function reportDevices(loadouts: readonly Pick<ReportLoadout, "fit">[]): Promise<ReportDevice[]> {
  const known = new Map(
    loadouts.flatMap(({ fit }) =>
      fit.rig.devices.flatMap(({ name, catalogId }) => (catalogId === undefined ? [] : [[catalogId, name] as const])),
    ),
  );
  if (known.size === 0) return [];
  const { CATALOG } = await deviceCatalog();
  return CATALOG.flatMap(({ id, source }) => {
    const name = known.get(id);
    return name === undefined ? [] : [{ name, id, source }];
  });
}
