import { Launch } from "./answer/launch.tsx";
import { Memory } from "./answer/memory.tsx";
import { Pace } from "./answer/pace.tsx";
import { Settings } from "./answer/settings.tsx";
import { Pinned, Spoken, Verdict } from "./answer/verdict.tsx";
import { WouldFit } from "./answer/would-fit.tsx";
import { DropTarget } from "./form/drop-target.tsx";
import { QuestionForm } from "./form/question-form.tsx";

export function App() {
  return (
    <DropTarget>
      <a class="skip" href="#verdict">
        To the answer
      </a>
      <header class="top">
        <h1>Loadout</h1>
        <p>Does it fit, how fast, how to run it. Every number opens its arithmetic; nothing you enter leaves this page.</p>
      </header>
      <div class="columns">
        <QuestionForm />
        <main>
          <Spoken />
          <Verdict />
          <WouldFit />
          <Memory />
          <Pace />
          <Launch />
          <Settings />
        </main>
      </div>
      <Pinned />
    </DropTarget>
  );
}
