import { configureGlobal } from "fast-check";

// The same cases on every machine: a check that fails by chance stops people who changed nothing. LOADOUT_SEED looks elsewhere.
configureGlobal({ seed: Number(process.env["LOADOUT_SEED"] ?? 20261124) });
