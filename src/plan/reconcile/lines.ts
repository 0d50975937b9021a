import { bufferPlace, type PastedLog } from "../../facts/runtime/index.ts";
import { Fields } from "./fields.ts";
import type { LogRow } from "./log-row.ts";
import type { RowFigure } from "./row/score.ts";
import { deviceLabels, deviceOf } from "./row/settings.ts";

/**
 * A device's term under the number in its label: rows count the devices that they name. The host's compute is the whole compute only
 * where the rest of the log shows that there is no device.
 */
export function byNumber(figure: RowFigure, row: LogRow): RowFigure {
  if (figure.term === "compute" && !computesOnDevices(row) && !processorAlone(row)) return { ...figure, term: "host" };
  const index = /\[(\d+)\]$/.exec(figure.term)?.[1];
  const label = index === undefined ? undefined : labelsOf(row)[Number(index)];
  return label === undefined ? figure : { ...figure, term: figure.term.replace(/\d+\]$/, `${deviceOf(label)}]`) };
}

function computesOnDevices({ measured }: LogRow): boolean {
  return Object.keys(measured.compute_buffers_MiB ?? {}).some((label) => bufferPlace(label).device !== "host");
}

function processorAlone({ measured, settings }: LogRow): boolean {
  const { model_buffers_MiB: weights, kv_MiB: caches, compute_buffers_MiB: compute } = measured;
  const pinned = [weights, compute].some((sizes) => Object.keys(sizes ?? {}).some((label) => /._Host$/.test(label)));
  return weights !== null && caches !== null && settings["offloaded"] === null && !pinned;
}

function labelsOf(row: LogRow): string[] {
  return deviceLabels(new Fields(row));
}

/** Which device's lines are not in the log, by the list of devices it prints or by their numbers; undefined where none is missed. */
export function devicesLost({ engine }: PastedLog, row: LogRow): string | undefined {
  const found = new Set(labelsOf(row).map((label) => bufferPlace(label).device));
  const listed = engine.devices.map(({ label }) => bufferPlace(label).device);
  const numbered = [...found].map((device) => device.replace(/\d+$/, ""));
  const expected = listed.length > 0 ? listed : [...found].map((_, index) => `${numbered[0]}${index}`);
  const absent = expected.find((device) => !found.has(device)) ?? [...found].find((each) => !expected.includes(each));
  return absent === undefined ? undefined : `lines of ${absent} are not in the log`;
}

/** Lines that a term adds up, by the engine's label; undefined where a single line says it. */
export function linesOf(term: string, row: LogRow): Readonly<Record<string, number>> | undefined {
  const { compute_buffers_MiB: compute, model_buffers_MiB: weights } = row.measured;
  if (term === "model_host") return ofPlace(weights, true);
  if (term === "host") return ofPlace(compute, true);
  return term === "compute" ? ofPlace(compute, !computesOnDevices(row)) : undefined;
}

function ofPlace(
  sizes: Readonly<Record<string, number>> | null,
  host: boolean,
): Readonly<Record<string, number>> | undefined {
  const entries = Object.entries(sizes ?? {}).filter(([label]) => (bufferPlace(label).device === "host") === host);
  return Object.fromEntries(entries);
}

/** Why a term's lines cannot be taken for all that there were, or for what is predicted; undefined where they can. */
export function lostLine(term: string, row: LogRow, exactFile: boolean): string | undefined {
  const { compute_buffers_MiB: compute, kv_MiB: caches, model_buffers_MiB: weights } = row.measured;
  if (term === "host" && labelsOf(row).length === 0) return "whether it is beside devices is not in the log";
  if (term === "compute" || term === "host") {
    const devices = new Set(
      [caches, weights, compute]
        .flatMap((sizes) => Object.keys(sizes ?? {}))
        .map((label) => bufferPlace(label).device)
        .filter((device) => device !== "host"),
    );
    const printed = new Set(Object.keys(compute ?? {}).map((label) => bufferPlace(label).device));
    const absent = [...devices].find((device) => !printed.has(device));
    if (absent !== undefined && term === "compute") return `the compute line of ${absent} is not in the log`;
    const pinned = row.backend !== "CPU" && row.backend !== "Metal";
    const hostLine = Object.keys(compute ?? {}).some((label) => label.endsWith("_Host"));
    if (term === "host" && pinned && !hostLine) return "the compute line of the pinned host memory is not in the log";
  }
  return term === "model_host" && !exactFile ? orderUnknown(row) : undefined;
}

/** A mapped file counts from its first tensor on the host to its last: with some layers elsewhere that is a matter of their order. */
function orderUnknown({ settings, measured }: LogRow): string | undefined {
  const [, on, of] = /^(\d+)\/(\d+)$/.exec(String(settings["offloaded"])) ?? [];
  const mapped = Object.keys(measured.model_buffers_MiB ?? {}).some((label) => label.endsWith("_Mapped"));
  return mapped && on !== undefined && on !== "0" && on !== of
    ? "it is the span of the mapped file, and the order of its tensors is not printed"
    : undefined;
}

/** A buffer of weights in the layout of the processor's kernels is among the lines. */
export function rearranges({ measured }: LogRow): boolean {
  return Object.keys(measured.model_buffers_MiB ?? {}).some((label) => bufferPlace(label).repacked);
}
