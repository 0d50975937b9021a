import type { CacheType, LlamaCppSettings } from "../../facts/runtime/index.ts";
import { storedBuffers } from "../../predict/memory/index.ts";
import { termsOf } from "../explain/index.ts";
import type { Choice, FitRequest } from "../fit/index.ts";
import type { SearchSetup } from "../search/index.ts";
import { ANSWER_VERSION, type ModelFacts, type RuntimeFacts } from "./fit-numbers.ts";

/** What the cache takes by context: exact, as the engine allocates it. */
export interface KvAnswer {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "kv";
  readonly model: ModelFacts;
  readonly runtime: RuntimeFacts;
  readonly chosen: { readonly context: number; readonly users: number; readonly cacheType: CacheType };
  /** by users, then cache type, then context */
  readonly points: readonly KvPoint[];
  /** what is left for it where everything else stays as it is: the upper end on several devices; absent where the engine would refuse */
  readonly room?: { readonly label: string; readonly bytes: number };
}

export interface KvPoint {
  readonly users: number;
  readonly cacheType: CacheType;
  /** of each user, tokens */
  readonly context: number;
  readonly kvBytes: number;
  /** of recurrent layers: the same for any context */
  readonly stateBytes: number;
}

export interface KvContext {
  readonly model: ModelFacts;
  readonly runtime: RuntimeFacts;
  readonly setup: Pick<SearchSetup, "build" | "caller">;
}

const FIRST_CONTEXT = 1024;
/** Chats beside one that says what others cost, where one is asked about. */
const OTHERS = 4;

export function answerKv(request: FitRequest, choice: Choice, { model, runtime, setup }: KvContext): KvAnswer {
  const { settings, users, context } = choice;
  const { geometry, rig } = request;
  const cacheType = settings.cacheTypeK;
  const fixed = { ...setup, geometry, devices: rig.devices, cpuFeatures: rig.host.cpu.features };
  const pointAt = (count: number, type: CacheType, length: number): KvPoint => {
    const buffers = storedBuffers({ ...fixed, settings: withCache(settings, count, type, length) });
    const bytes = (term: string) =>
      buffers.filter((buffer) => buffer.term === term).reduce((sum, buffer) => sum + buffer.bytes, 0);
    return { users: count, cacheType: type, context: length, kvBytes: bytes("kv"), stateBytes: bytes("recurrent") };
  };
  const counts = [...new Set([1, users === 1 ? OTHERS : users])];
  const types = [cacheType, cacheType === "f16" ? ("q8_0" as const) : ("f16" as const)].filter(
    (type) => request.memory(withCache(settings, users, type, context)).kind === "fits-engine",
  );
  const contexts = contextsUpTo(geometry.contextLength, context);
  const room = roomOf(choice);
  return {
    schema: ANSWER_VERSION,
    kind: "kv",
    model,
    runtime,
    chosen: { context, users, cacheType },
    points: counts.flatMap((count) => types.flatMap((type) => contexts.map((length) => pointAt(count, type, length)))),
    ...(room ? { room } : {}),
  };
}

function withCache(settings: LlamaCppSettings, users: number, type: CacheType, context: number): LlamaCppSettings {
  return { ...settings, context: context * users, sequences: users, cacheTypeK: type, cacheTypeV: type };
}

/** In doublings to the trained length, that and the chosen one among them. */
function contextsUpTo(trained: number, chosen: number): number[] {
  const most = Math.max(trained, chosen);
  const contexts = new Set([chosen, trained]);
  for (let context = Math.min(FIRST_CONTEXT, most); context < most; context *= 2) contexts.add(context);
  return [...contexts].toSorted((one, other) => one - other);
}

function roomOf({ memory, now }: Choice): KvAnswer["room"] {
  const onDevices = now.places.filter(({ place }) => place !== "host");
  const places = onDevices.length > 0 ? onDevices : now.places;
  if (memory === undefined || places.length === 0) return undefined;
  const cacheOf = (label: string) => {
    const tree = memory.parts?.find((part) => part.label === label);
    const terms = tree ? termsOf(tree) : [];
    return terms
      .filter(({ name }) => name === "KV cache" || name === "recurrent state")
      .reduce((sum, { bytes }) => sum + bytes, 0);
  };
  const bytes = places.reduce((sum, { label, margin }) => sum + Math.max(0, margin + cacheOf(label)), 0);
  return { label: places.map(({ label }) => label).join(" + "), bytes };
}
