import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";
import { formatBytes, formatDuration } from "../../../facts/units/index.ts";
import { decodePace } from "../../../predict/speed/index.ts";
import { good, paceInput, weigh, type FitRequest, type Weighed } from "../../fit/index.ts";
import { type ServeQuestion } from "./question.ts";

/** Two engines, one for chats and one for batch, each alone on a device. */
export interface Replicas {
  readonly chat: Weighed;
  readonly batch: Weighed;
}

/** One engine with lanes, or two; and why. */
export interface OneOrTwo {
  readonly replicas?: Replicas;
  readonly because: string;
}

/** Two engines may make a chat's tokens so much slower than one that spans the devices. */
const MOST_SLOWER = 1.1;

/**
 * Two engines only help where they do not share what they work with: on two devices that each hold the whole model. On one, both
 * would read weights for themselves, and nobody would tell the device whose turn it is.
 */
export function oneOrTwo(question: ServeQuestion, settings: LlamaCppSettings): OneOrTwo {
  const { request } = question;
  if (request.goal !== "mixed")
    return { because: `one engine: ${request.goal === "batch" ? "jobs" : "chats"} are what the machine is for` };
  const local = request.rig.devices.flatMap(({ node }, index) => (node === undefined ? [index] : []));
  if (local.length < 2) return { because: `one engine with lanes: ${onOnePlace(question, settings)}` };
  const byBandwidth = local.toSorted((a, b) => bandwidth(request, b) - bandwidth(request, a));
  const [first, second] = [byBandwidth[0]!, byBandwidth[1]!];
  const chats = Math.max(1, question.chats ?? 1);
  const jobs = Math.max(1, settings.sequences - chats);
  const chat = weigh(request, alone(settings, first, chats));
  const batch = weigh(request, alone(settings, second, jobs));
  const names = `${request.rig.devices[first]!.name} and ${request.rig.devices[second]!.name}`;
  const misfit = [chat, batch].findIndex(({ now }) => !good(now.verdict));
  if (misfit >= 0 || !hostHolds(chat, batch)) {
    const which = misfit < 0 ? "the RAM" : request.rig.devices[misfit === 0 ? first : second]!.name;
    return {
      because: `one engine with lanes: two need the model on each of ${names}, and ${which} has no room for it`,
    };
  }
  const spanning = tokenMs(question, settings);
  const apart = tokenMs(question, chat.settings);
  if (spanning === undefined || apart === undefined)
    return { because: "one engine with lanes: without known bandwidths it is not claimed that two are better" };
  const times = `a chat's token takes ${formatDuration(apart)} on ${request.rig.devices[first]!.name} alone and ${formatDuration(spanning)} in one engine over all devices`;
  if (apart > spanning * MOST_SLOWER) return { because: `one engine with lanes: ${times}` };
  return {
    replicas: { chat, batch },
    because: `two engines: ${names} each hold the model (${formatBytes(needOn(chat, first))} and ${formatBytes(needOn(batch, second))}), so batch never delays a chat; ${times}`,
  };
}

function bandwidth({ rig }: FitRequest, device: number): number {
  return rig.devices[device]?.bandwidthBytesPerSec ?? 0;
}

/** All of the model on one device, with so many sequences of the same context. */
function alone(settings: LlamaCppSettings, mainGpu: number, sequences: number): LlamaCppSettings {
  const { tensorSplit: _, devices: __, tensorOverrides: ___, expertLayersOnHost: ____, ...rest } = settings;
  const context = Math.floor(settings.context / settings.sequences) * sequences;
  return { ...rest, splitMode: "none", mainGpu, gpuLayers: "all", sequences, context };
}

function needOn({ now }: Weighed, device: number | "host"): number {
  return now.places.find(({ place }) => place === device)?.need ?? 0;
}

/** Both take RAM from the same machine; weights that are mapped from one file are there once. */
function hostHolds(one: Weighed, other: Weighed): boolean {
  const have = one.now.places.find(({ place }) => place === "host")?.have ?? Infinity;
  const mapped = one.now.places.find(({ place }) => place === "host")?.mapped ?? 0;
  return needOn(one, "host") + needOn(other, "host") - mapped <= have;
}

function tokenMs({ request, choice }: ServeQuestion, settings: LlamaCppSettings, threads = choice.threads) {
  const pace = decodePace(paceInput(request, { settings, threads }), 0);
  return pace && 1000 / pace.tokensPerSec;
}

/** Why two engines on one device, or one processor, are no help: in its own figures. */
function onOnePlace(question: ServeQuestion, settings: LlamaCppSettings): string {
  const { request, choice } = question;
  const place = request.rig.devices.length > 0 ? 0 : "host";
  const name = place === "host" ? "the processor" : request.rig.devices[0]!.name;
  const memory = memoryTwice(choice, place);
  const whole = tokenMs(question, settings);
  if (place === "host" && choice.threads > 1) {
    const half = tokenMs(question, settings, Math.floor(choice.threads / 2));
    if (whole !== undefined && half !== undefined)
      return `two would share ${name}: on half the threads a chat's token takes ${formatDuration(half)}, batch or not, instead of ${formatDuration(whole)}${memory}`;
  }
  return `two would share ${name}, and neither waits for the other: beside a busy one a chat's token takes about twice as long${memory}`;
}

/** Whether there would be room for a second one, as its buffers are beside what is taken already. */
function memoryTwice({ now, prediction }: Weighed, place: number | "host"): string {
  const balance = now.places.find((each) => each.place === place);
  if (!balance || prediction.kind === "rejected") return "";
  const terms = prediction.places.find((each) => each.place === place)?.terms ?? {};
  const second = Object.values(terms).reduce((sum, bytes) => sum + bytes, 0);
  const left = Math.max(0, balance.margin);
  return `; it would take another ${formatBytes(second)} of the ${formatBytes(left)} that are left`;
}
