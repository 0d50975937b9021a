import { expect, test } from "vitest";
import { readVersion } from "./version.ts";

test.each([
  ["version: 5440 (1e0f5a2b)\nbuilt with cc (Debian) for x86_64-linux-gnu\n", { version: "5440", buildNumber: 5440 }],
  ["version: 0.6.0-dev (build 11434, commit 1e0f5a2b)\n", { version: "0.6.0-dev", buildNumber: 11_434 }],
  // built outside a repository it does not know its number: that of the last known build of the version stands for it
  ["noise\nversion: 0.6.0-dev (build 0, commit unknown)\n", { version: "0.6.0-dev", buildNumber: 11_434 }],
  ["Python 3.11.7\n", undefined],
  ["", undefined],
])("%j", (text, version) => {
  expect(readVersion(text)).toEqual(version);
});
