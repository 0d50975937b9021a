import { Memory } from "./answer/memory.tsx";
import { Glance, Spoken, Verdict } from "./answer/verdict.tsx";
import { DropTarget } from "./form/drop-target.tsx";
import { QuestionForm } from "./form/question-form.tsx";
import { Later } from "./parts/later.tsx";
import { fit } from "./state/questions.ts";

export function App() {
  return (
    <DropTarget>
      <a class="skip" href="#verdict">
        To the answer
      </a>
      <header class="top">
        <h1>Loadout</h1>
        <p>
          Does it fit, how fast, how to run it. Every number opens its arithmetic; nothing you enter leaves this page.
        </p>
      </header>
      <div class="columns">
        <QuestionForm />
        <main>
          <Spoken />
          <Verdict />
          <Memory />
          <Later
            when={() => fit.value.answer !== undefined}
            load={async () => (await import("./answer/below.tsx")).Below}
          />
        </main>
      </div>
      <Glance />
    </DropTarget>
  );
}
