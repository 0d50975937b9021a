/** What of a device decides whether it can be built in, fed, cooled and borne. Absent = not known. */
export interface Board {
  /** row of the device catalog */
  readonly id: string;
  /** card: goes into a slot; module: sits on a server's own board; machine and laptop: bought whole */
  readonly form?: "card" | "module" | "machine" | "laptop";
  /** slots it covers; like the length, of the maker's reference board */
  readonly slots?: number;
  readonly lengthMm?: number;
  readonly connectors?: readonly Connector[];
  /** said where it matters: passive, server and liquid need what a server brings */
  readonly cooling?: "passive" | "blower" | "server" | "liquid";
  /** smallest power supply that its maker asks for, with one card and a usual processor; recalled without a source */
  readonly makersPsuWatts?: number;
  /** NVLink to another card, both directions */
  readonly linkBytesPerSec?: number;
  /** "2022-10-12" */
  readonly released?: string;
  readonly launchPrice?: LaunchPrice;
}

export interface Connector {
  readonly kind: ConnectorKind;
  readonly count: number;
}

export type ConnectorKind = "6-pin" | "8-pin" | "12-pin" | "16-pin" | "8-pin EPS";

/** What it cost when it came out, in US dollars: no price of today. */
export interface LaunchPrice {
  readonly dollars: number;
  /** recalled: without a source; checked: agrees with huggingface.js's table within 8%; rounded: that table's, of data-centre parts what was asked */
  readonly basis: "recalled" | "checked" | "rounded";
}
