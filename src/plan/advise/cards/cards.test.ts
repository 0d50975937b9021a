import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { deviceCatalog, rigsByHand, type CatalogRow } from "../../../facts/hardware/index.ts";
import { boardFor } from "../../../facts/hardware/boards/index.ts";
import { modelCatalog, tensorList } from "../../../facts/model/index.ts";
import { quantized } from "../../../facts/recipe/index.ts";
import { llamaCppBuild, LLAMACPP_CALLERS } from "../../../facts/runtime/index.ts";
import { layerPlaces, predictLlamaCpp } from "../../../predict/memory/index.ts";
import { good, weigh } from "../../fit/index.ts";
import { checksOf, holds } from "./checks/index.ts";
import { byRank, tierOf } from "./order.ts";
import { rankCards, type CardLimits, type CardsQuestion, type RankedCard } from "./index.ts";
import { offloads, offloadsAbout } from "./offload.ts";
import { askedSettings, requestOn, sharedMemories } from "./shared-memory.ts";

const catalog = await deviceCatalog();
const { rigByHand } = await rigsByHand();
const models = await modelCatalog();
const DEVICES = catalog.CATALOG.filter((row) => row.class !== "cpu" && !Object.hasOwn(catalog.SEVERAL_IN_ONE, row.id));

function questionFor(modelId: string, fileType: string, more: Partial<CardsQuestion> = {}): CardsQuestion {
  const found = models.findModel(modelId);
  if (found.kind !== "found") throw new Error(`${modelId} is not in the catalog`);
  const geometry = models.geometryFromRow(found.row)!;
  const tensors = quantized(geometry, tensorList(geometry)!, fileType).map((tensor) => ({
    ...tensor,
    offset: 0,
    file: 0,
  }));
  return {
    goal: "interactive",
    wishes: {},
    geometry,
    tensors,
    build: llamaCppBuild("b11434")!.build,
    caller: LLAMACPP_CALLERS["llama-server"],
    devices: DEVICES,
    rigByHand,
    limits: {},
    ...more,
  };
}

function rowOf(id: string): CatalogRow {
  return DEVICES.find((row) => row.id === id)!;
}

describe("the order", () => {
  let question: CardsQuestion;
  let ranking: ReturnType<typeof rankCards>;
  beforeAll(() => {
    question = questionFor("qwen3-14b", "Q4_K_M", { wishes: { context: 16_384 } });
    ranking = rankCards(question, { rows: 400, behind: 400, leftOut: 400 });
  });

  test("what fits whole stands before what offloads, however fast its memory", () => {
    expect(ranking.rows.every(({ placed }) => placed.onCpu === undefined && good(placed.verdict))).toBe(true);
    expect(ranking.behind.every(({ placed }) => placed.onCpu !== undefined)).toBe(true);
    const bandwidth = ({ rig }: RankedCard) => rig.devices[0]!.bandwidthBytesPerSec ?? 0;
    const slowestThatFits = ranking.rows.toSorted((a, b) => bandwidth(a) - bandwidth(b))[0]!;
    const faster = ranking.behind.filter((row) => bandwidth(row) > bandwidth(slowestThatFits) * 2);
    expect(faster.length).toBeGreaterThan(5);
    expect(slowestThatFits.because ?? "").toMatch(/^$|times the bandwidth but offloads/);
    const told = ranking.rows.filter(({ because }) => because !== undefined);
    expect(told.length).toBeGreaterThan(5);
    for (const { because, placed } of told) {
      expect(because).toContain("times the bandwidth but offloads");
      expect(because!.match(/tok\/s/g)).toHaveLength(2);
      expect(placed.decode).toBeDefined();
    }
  });

  test("is capacity, then bandwidth, then compute", () => {
    for (const [at, row] of ranking.rows.entries()) {
      const next = ranking.rows[at + 1];
      if (next === undefined) continue;
      expect(byRank(row, next)).toBeLessThanOrEqual(0);
      const [own, other] = [row.rig.devices[0]!, next.rig.devices[0]!];
      if (tierOf(row.placed) !== tierOf(next.placed)) continue;
      expect(own.bandwidthBytesPerSec ?? 0).toBeGreaterThanOrEqual(other.bandwidthBytesPerSec ?? 0);
      if (own.bandwidthBytesPerSec === other.bandwidthBytesPerSec)
        expect(own.flopsPerSec ?? 0).toBeGreaterThanOrEqual(other.flopsPerSec ?? 0);
    }
  });

  test("has Macs, chips, laptops, cards and pairs in one list", () => {
    const rows = ranking.rows;
    expect(new Set(rows.map(({ row }) => row.class))).toEqual(new Set(["consumer", "workstation", "soc", "laptop"]));
    expect(rows.some(({ row }) => row.vendor === "apple")).toBe(true);
    const two = rows.filter(({ count }) => count === 2);
    expect(two.length).toBeGreaterThan(5);
    // one of them does not hold it
    for (const { row } of two) expect(ranking.behind.some((other) => other.row.id === row.id)).toBe(true);
  });

  test("counts every device once", () => {
    const { devices, fit, offload, tooSmall, leftOut } = ranking.counts;
    expect(devices).toBe(DEVICES.filter(({ memoryBytes }) => memoryBytes.length > 0).length);
    expect(fit + offload + tooSmall + leftOut).toBe(devices);
  });

  test("is exact: a shared replay says what one of its own does", () => {
    const all = askedSettings(question);
    const { geometry, tensors, build, caller } = question;
    for (const card of [...ranking.rows.filter((_, at) => at % 9 === 0), ...ranking.behind.slice(0, 3)]) {
      const { devices, host } = card.rig;
      const fixed = { geometry, tensors, build, caller, devices, cpuFeatures: host.cpu.features };
      const own = weigh(
        {
          ...requestOn(question, card.rig, { memory: (settings) => predictLlamaCpp({ ...fixed, settings }) }),
          placement: (settings) => layerPlaces(geometry, settings, devices),
        },
        card.placed.onCpu ? card.placed.settings : all,
      ).now;
      expect(card.placed.verdict).toBe(own.verdict);
      expect(card.placed.marginBytes).toBe(own.marginBytes);
    }
  });
});

test("what is put in order is left on the CPU within a layer of what is exact, and that is the least", () => {
  for (const [model, type] of [
    ["qwen3-14b", "Q4_K_M"],
    ["gpt-oss-20b", "MXFP4_MOE"],
  ] as const) {
    const question = questionFor(model, type, { ram: "64GB" });
    const all = askedSettings(question);
    const memory = sharedMemories(question);
    for (const id of ["nvidia-geforce-rtx-4060", "nvidia-geforce-rtx-3080-10-gb", "amd-radeon-rx-7600"]) {
      const row = DEVICES.find((each) => each.id === id) ?? rowOf("nvidia-geforce-rtx-4060");
      const { rig } = rigByHand({ gpus: [row.id], ram: "64GB" });
      const request = requestOn(question, rig, memory(rig));
      const [exact, about] = [offloads(request, all), offloadsAbout(request, all)];
      expect(about.map(({ kind }) => kind)).toEqual(exact.map(({ kind }) => kind));
      for (const [at, { count, kind, settings }] of exact.entries()) {
        expect(Math.abs(about[at]!.count - count)).toBeLessThanOrEqual(1);
        expect(good(weigh(request, settings).now.verdict)).toBe(true);
        const one =
          kind === "layers"
            ? { ...settings, gpuLayers: (settings.gpuLayers as number) + 1 }
            : { ...settings, expertLayersOnHost: count - 1 };
        if (count > 1) expect(good(weigh(request, one).now.verdict)).toBe(false);
      }
    }
  }
});

test("whoever describes a computer gets cards first, and machines bought whole behind them", () => {
  const question = questionFor("qwen3-8b", "Q4_K_M", { limits: { supply: { watts: 750, atx: 3 } } });
  const { rows, smallest } = rankCards(question, { rows: 5, machines: 3 });
  expect(rows.map(({ whole }) => whole)).toEqual([false, false, false, false, false, true, true, true]);
  expect(smallest.sure!.whole).toBe(false);
  const free = rankCards({ ...question, limits: {} }, { rows: 400 }).rows;
  expect(free).toEqual(free.toSorted(byRank));
  expect(free.findLastIndex(({ whole }) => !whole)).toBeGreaterThan(free.findIndex(({ whole }) => whole));
});

test("a larger supply and more room leave out no device that a smaller one kept", () => {
  const question = questionFor("qwen3-8b", "Q4_K_M", { devices: DEVICES.filter((_, at) => at % 4 === 0) });
  const kept = (limits: CardLimits) =>
    new Set(
      rankCards({ ...question, limits }, { rows: 400, machines: 400 }).rows.map(
        ({ row, count }) => `${row.id} ${count}`,
      ),
    );
  let before = kept({ supply: { watts: 300, atx: 3 }, lengthMm: 200, slots: 1 });
  expect(before.size).toBeGreaterThan(0);
  for (const [watts, lengthMm, slots] of [
    [600, 270, 2],
    [1000, 320, 3],
    [2000, 400, 6],
  ] as const) {
    const now = kept({ supply: { watts, atx: 3 }, lengthMm, slots });
    for (const card of before) expect(now).toContain(card);
    expect(now.size).toBeGreaterThan(before.size);
    before = now;
  }
});

describe("the smallest rig", () => {
  const question = questionFor("qwen3-8b", "Q4_K_M", { wishes: { context: 8192, users: 4 } });
  const ranking = rankCards(question, { rows: 400, pace: 20 });

  test("is fast enough at the slow end of its band, and nothing smaller is", () => {
    const { sure, likely } = ranking.smallest;
    expect(sure!.placed.each!.low).toBeGreaterThanOrEqual(20);
    const size = (card: RankedCard) => card.sizeBytes * card.count;
    for (const row of ranking.rows) if (size(row) < size(sure!)) expect(row.placed.each?.low ?? 0).toBeLessThan(20);
    if (likely) expect(likely.placed.each!.low).toBeLessThan(20);
  });

  test("grows with the pace that is wanted", () => {
    let before = 0;
    for (const pace of [1, 5, 20, 40]) {
      const { sure } = rankCards({ ...question, devices: DEVICES.filter((_, at) => at % 3 === 0) }, { pace }).smallest;
      if (sure === undefined) break;
      expect(sure.sizeBytes * sure.count).toBeGreaterThanOrEqual(before);
      before = sure.sizeBytes * sure.count;
    }
    expect(before).toBeGreaterThan(0);
  });

  test("where none is fast enough, the fastest that holds the model is named", () => {
    const { sure, fastest, likely } = rankCards(question, { rows: 400, pace: 10_000 }).smallest;
    expect([sure, likely]).toEqual([undefined, undefined]);
    for (const row of ranking.rows)
      if (row.placed.onCpu === undefined && row.placed.each)
        expect(row.placed.each.tokensPerSec).toBeLessThanOrEqual(fastest!.placed.each!.tokensPerSec);
  });

  test("by power no laptop is looked at: what its chip draws at least says little", () => {
    const { smallest } = rankCards(question, { pace: 5, smallestBy: "power" });
    expect(smallest.sure!.row.class).not.toBe("laptop");
    expect(smallest.unknown).toBeGreaterThan(0);
  });

  test("by price looks at what has one, and says what has none", () => {
    const prices = new Map([["nvidia-geforce-rtx-3090:24GB", { amount: 700 }]]);
    const { smallest } = rankCards({ ...question, limits: { prices } }, { pace: 1, smallestBy: "price" });
    expect(smallest.sure!.row.id).toBe("nvidia-geforce-rtx-3090");
    expect(smallest.unknown).toBeGreaterThan(50);
  });
});

describe("checks", () => {
  const anyDevice = fc.constantFrom(...DEVICES.filter(({ memoryBytes }) => memoryBytes.length > 0));
  const anyCount = fc.constantFrom(1 as const, 2 as const);
  const os = (row: CatalogRow) => (row.vendor === "apple" ? "darwin" : "linux");
  const candidate = (row: CatalogRow, count: 1 | 2) => {
    const size = row.memoryBytes.at(-1)!;
    const { rig } = rigByHand({ gpus: [`${row.id}:${size / 2 ** 30}GB`] });
    expect(rig.host.os).toBe(row.vendor === "qualcomm" ? "win32" : os(row));
    return { row, sizeBytes: size, count, rig };
  };
  const check = (row: CatalogRow, count: 1 | 2, limits: CardLimits, key: string) =>
    checksOf(candidate(row, count), limits).find((each) => each.key === key)!;
  const passes = (row: CatalogRow, count: 1 | 2, limits: CardLimits, key: string) =>
    check(row, count, limits, key).verdict === "passes";

  test("more of what was asked for never turns a pass into a fail", () => {
    const atx = fc.constantFrom(undefined, 2 as const, 3 as const);
    fc.assert(
      fc.property(
        anyDevice,
        anyCount,
        fc.integer({ min: 100, max: 3000 }),
        fc.integer({ min: 0, max: 2000 }),
        atx,
        (row, count, watts, more, type) => {
          const supply = (value: number) => ({ supply: { watts: value, ...(type ? { atx: type } : {}) } });
          for (const key of ["power", "peaks"])
            if (passes(row, count, supply(watts), key))
              expect(passes(row, count, supply(watts + more), key)).toBe(true);
          const length = (lengthMm: number) => ({ lengthMm });
          if (passes(row, count, length(watts / 8), "length"))
            expect(passes(row, count, length((watts + more) / 8), "length")).toBe(true);
          const slots = (value: number) => ({ slots: value });
          const some = 1 + (watts % 6);
          if (passes(row, count, slots(some), "slots"))
            expect(passes(row, count, slots(some + (more % 5)), "slots")).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("a supply after ATX 3.x bears what an older one does; two cards need what one does", () => {
    fc.assert(
      fc.property(anyDevice, fc.integer({ min: 100, max: 3000 }), (row, watts) => {
        const of = (atx: 2 | 3) => ({ supply: { watts, atx } });
        if (passes(row, 1, of(2), "peaks")) expect(passes(row, 1, of(3), "peaks")).toBe(true);
        for (const key of ["power", "peaks"])
          if (passes(row, 2, of(3), key)) expect(passes(row, 1, of(3), key)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test("a fact that is lacking is unknown and never holds what was asked", () => {
    const bare: CatalogRow = {
      id: "made-up-card",
      name: "Made up",
      vendor: "amd",
      class: "consumer",
      memoryBytes: [2 ** 34],
      memoryKind: "GDDR6",
      busBits: 256,
      bandwidthBytesPerSec: 5e11,
      bandwidthBasis: "table",
      matrix: {},
      source: "made up",
    };
    const { rig } = rigByHand({ gpus: ["rx-7600"] });
    const made = { row: bare, sizeBytes: 2 ** 34, count: 1 as const, rig };
    const limits: CardLimits = {
      supply: { watts: 3000, atx: 3 },
      lengthMm: 900,
      slots: 8,
      budget: 1e6,
      prices: new Map(),
      system: "linux",
    };
    const checks = checksOf(made, limits);
    for (const key of [
      "form",
      "power",
      "peaks",
      "connectors",
      "length",
      "slots",
      "cooling",
      "noise",
      "idle",
      "heat",
      "lanes",
      "driver",
      "price",
    ])
      expect([key, checks.find((each) => each.key === key)!.verdict]).toEqual([key, "unknown"]);
    expect(holds(checks)).toBe(false);
    // where nothing was asked, what is not known leaves it in
    expect(holds(checksOf(made, {}))).toBe(true);
  });

  test("every limit alone leaves out what it is unknown for", () => {
    fc.assert(
      fc.property(anyDevice, anyCount, (row, count) => {
        const limits: CardLimits = { supply: { watts: 5000, atx: 3 }, lengthMm: 5000, slots: 16 };
        const checks = checksOf(candidate(row, count), limits);
        for (const { verdict, asked } of checks) if (verdict === "unknown" && asked) expect(holds(checks)).toBe(false);
      }),
    );
  });

  test("a launch price is no price, and says so", () => {
    const row = rowOf("nvidia-geforce-rtx-4090");
    expect(check(row, 1, { budget: 1e6, prices: new Map() }, "price")).toMatchObject({ verdict: "unknown" });
    expect(check(row, 1, {}, "price").because).toContain("at launch (2022): no price of today");
    const prices = new Map([["nvidia-geforce-rtx-4090:24GB", { amount: 1700 }]]);
    expect(check(row, 1, { budget: 1700, prices }, "price").verdict).toBe("passes");
    expect(check(row, 2, { budget: 1700, prices }, "price").verdict).toBe("fails");
  });

  test("sizes supplies as published examples do", () => {
    const row = rowOf("nvidia-geforce-rtx-3090");
    // two RTX 3090 want 1,000 to 1,200 W
    expect(check(row, 2, { supply: { watts: 850 } }, "power").verdict).toBe("fails");
    expect(check(row, 2, { supply: { watts: 1200 } }, "power").verdict).toBe("passes");
    // one RTX 5090 wants 1,000 W
    const large = rowOf("nvidia-geforce-rtx-5090");
    expect(check(large, 1, { supply: { watts: 1000, atx: 3 } }, "power").verdict).toBe("passes");
    expect(check(large, 1, { supply: { watts: 1000, atx: 3 } }, "peaks").verdict).toBe("passes");
    expect(check(large, 1, { supply: { watts: 1000 } }, "peaks").verdict).toBe("unknown");
    expect(check(large, 1, { supply: { watts: 1000, atx: 2 } }, "peaks").verdict).toBe("fails");
    expect(check(large, 1, {}, "peaks").because).toContain("901 W under 1 ms");
  });

  test("a card that is too much says what it would need when limited, a machine what its maker measured", () => {
    const large = rowOf("nvidia-geforce-rtx-5090");
    expect(check(large, 1, { supply: { watts: 850, atx: 3 } }, "power")).toMatchObject({ verdict: "fails" });
    expect(check(large, 1, { supply: { watts: 850, atx: 3 } }, "power").because).toContain("limited to 400 W");
    const mac = check(rowOf("apple-m2-ultra"), 1, {}, "heat");
    expect(mac.because).toContain("295 W into the room");
    expect(mac.because).toContain("1007 BTU/h");
    expect(mac.recalled).toBeUndefined();
    expect(check(rowOf("apple-m4-max-40"), 1, {}, "heat").recalled).toBe(true);
    for (const key of ["power", "length", "slots"])
      expect(check(rowOf("apple-m2-ultra"), 1, { supply: { watts: 100 }, lengthMm: 1, slots: 1 }, key).verdict).toBe(
        "passes",
      );
  });

  test("modules of servers are no cards, and cards without fans want a server", () => {
    expect(holds(checksOf(candidate(rowOf("nvidia-h100-sxm5-80gb") ?? module(), 1), { server: true }))).toBe(false);
    const p40 = rowOf("nvidia-tesla-p40");
    expect(check(p40, 1, {}, "cooling").verdict).toBe("fails");
    expect(check(p40, 1, { server: true }, "cooling").verdict).toBe("passes");
    expect(check(p40, 1, {}, "connectors")).toMatchObject({ verdict: "mind" });
    expect(check(p40, 1, {}, "driver")).toMatchObject({ verdict: "mind" });
  });

  function module(): CatalogRow {
    return DEVICES.find(({ id }) => boardFor(id).form === "module")!;
  }
});

test("every device of the catalog has a row of its board, and connectors are read whole", () => {
  for (const { id, class: line } of DEVICES) {
    const board = boardFor(id);
    expect(Object.keys(board).length, id).toBeGreaterThan(1);
    if (line === "soc") expect(board.form).toBe("machine");
    if (line === "laptop") expect(board.form).toBe("laptop");
    for (const { count } of board.connectors ?? []) expect(count).toBeGreaterThan(0);
  }
  expect(boardFor("nvidia-geforce-rtx-4090").connectors).toEqual([{ kind: "16-pin", count: 1 }]);
  expect(boardFor("nvidia-tesla-p40").connectors).toEqual([{ kind: "8-pin EPS", count: 1 }]);
});

test("an id without its maker is that device", () => {
  for (const { id } of DEVICES) {
    const match = catalog.findDevice(id.slice(id.indexOf("-") + 1));
    expect(match.kind === "found" ? match.row.id : match.kind).toBe(id);
  }
});
