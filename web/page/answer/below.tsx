import { useEffect } from "preact/hooks";
import { Cache } from "./cache.tsx";
import { Cards } from "./cards.tsx";
import { Compare } from "./compare.tsx";
import { Frontier } from "./frontier.tsx";
import { Ladder } from "./ladder.tsx";
import { Launch } from "./launch.tsx";
import { LiveSection } from "./live.tsx";
import { Pace } from "./pace.tsx";
import { Settings } from "./settings.tsx";
import { WouldFit } from "./would-fit.tsx";
import { keepEverything } from "../state/keep.ts";
import "../styles/below.css";

/** What follows the main numbers; loaded behind them. */
export function Below() {
  useEffect(keepEverything, []);
  return (
    <>
      <Pace />
      <WouldFit />
      <Launch />
      <Settings />
      <Ladder />
      <Cache />
      <Frontier />
      <Cards />
      <Compare />
      <LiveSection />
      <p>
        <a href="guide/index.html">The guide</a> takes these numbers apart, step by step.
      </p>
    </>
  );
}
