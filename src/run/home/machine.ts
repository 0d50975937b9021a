import { homedir } from "node:os";

/** What decides where a person's files lie: given as a value, so that every system's folders can be told anywhere. */
export interface HomeContext {
  /** `process.platform` of the machine in question */
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** the user's home folder, absolute */
  readonly homeDir: string;
}

/** The context of the process that asks. */
export function thisHome(): HomeContext {
  return { platform: process.platform, env: process.env, homeDir: homedir() };
}
