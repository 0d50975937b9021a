import { deviceCatalog, rigsByHand, type CatalogRow, type Rig } from "../../../facts/hardware/index.ts";
import type { CardCandidate } from "../../advise/index.ts";
import type { FitRequest } from "../../fit/index.ts";
import type { PlannedMachine } from "../question/index.ts";

/** Cards that a person buys for a desk, and chips that share their RAM; memory that a workshop soldered on has to be asked for. */
const SOLD: readonly CatalogRow["class"][] = ["consumer", "workstation", "soc"];

/**
 * Devices that could stand in place of this machine's, by their published figures. A card is put beside this machine's RAM; a
 * chip is a machine of its own. Each is planned for only when somebody asks.
 */
export async function cardCandidates(
  machine: PlannedMachine,
  requestOn: (machine: PlannedMachine) => FitRequest,
): Promise<CardCandidate[]> {
  const { CATALOG, SEVERAL_IN_ONE } = await deviceCatalog();
  const { rigByHand } = await rigsByHand();
  const { rig } = machine.report;
  const on = (words: readonly string[]): FitRequest => {
    const other = rigByHand({ gpus: words }).rig;
    const unified = other.devices.some(({ memoryKind }) => memoryKind === "unified");
    const placed: Rig = { ...other, host: unified ? other.host : rig.host };
    return requestOn({ report: { rig: placed }, closable: { host: 0, devices: placed.devices.map(() => 0) } });
  };
  const rows = CATALOG.filter(
    ({ id, name, class: line, bandwidthBasis }) =>
      SOLD.includes(line) &&
      bandwidthBasis === "table" &&
      !name.endsWith("(mod)") &&
      !Object.hasOwn(SEVERAL_IN_ONE, id),
  );
  const single = rows.flatMap((row) =>
    row.memoryBytes.map((memoryBytes): CardCandidate => {
      const gib = memoryBytes / 2 ** 30;
      const argument = row.memoryBytes.length > 1 ? `${row.id}:${gib}GB` : row.id;
      const name = row.memoryBytes.length > 1 ? `${row.name} ${gib} GB` : row.name;
      const { bandwidthBytesPerSec } = row;
      return { argument, name, memoryBytes, bandwidthBytesPerSec, request: () => on([argument]) };
    }),
  );
  return [...single, ...another(rig, rows, on)];
}

/** A second card beside the one that is there. */
function another(
  { devices }: Rig,
  rows: readonly CatalogRow[],
  on: (words: readonly string[]) => FitRequest,
): CardCandidate[] {
  const [device] = devices;
  const row = rows.find(({ id }) => id === device?.catalogId);
  const [size] = row?.memoryBytes ?? [];
  if (!device || !row || size === undefined || devices.length !== 1 || row.class === "soc") return [];
  const argument = `2x${row.id}`;
  const { bandwidthBytesPerSec } = row;
  return [
    {
      argument,
      name: `a second ${row.name}`,
      memoryBytes: 2 * size,
      bandwidthBytesPerSec,
      another: true,
      request: () => on([argument]),
    },
  ];
}
