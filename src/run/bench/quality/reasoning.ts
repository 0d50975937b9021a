import { seededRandom } from "../../../facts/units/index.ts";
import type { Task } from "./suite.ts";

const END = "Work through it step by step. End with one line of the form: Answer: NUMBER";

/** Tasks of many small steps, made from a seed; half count things in a box, half keep a list. */
export function reasoningTasks(count: number, seed: number): Task[] {
  const random = seededRandom(seed);
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  return Array.from({ length: count }, (_, index) => {
    const { text, answer } = index % 2 === 0 ? boxTask(between, 5 + index / 2) : listTask(between, 6 + (index - 1) / 2);
    return {
      id: `reasoning-${index + 1}`,
      kind: "reasoning",
      prompt: `${text} ${END}`,
      maxTokens: 400,
      check: { kind: "number", answer },
    };
  });
}

type Between = (low: number, high: number) => number;

function boxTask(between: Between, steps: number): { text: string; answer: number } {
  let balls = between(8, 20);
  const lines = [`A box holds ${balls} balls.`];
  for (let step = 0; step < steps; step += 1) {
    const amount = between(2, 9);
    const what = between(0, 3);
    if (what === 0 && balls > amount) {
      balls -= amount;
      lines.push(`${amount} balls are taken out.`);
    } else if (what === 1 && balls <= 30) {
      balls *= 2;
      lines.push("As many balls as are in the box are added.");
    } else if (what === 2 && balls % 2 === 0 && balls > 8) {
      balls /= 2;
      lines.push("Half of the balls are taken out.");
    } else {
      balls += amount;
      lines.push(`${amount} balls are added.`);
    }
  }
  return { text: `${lines.join(" ")} How many balls are in the box at the end?`, answer: balls };
}

function listTask(between: Between, steps: number): { text: string; answer: number } {
  const list = [between(1, 30), between(1, 30), between(1, 30)];
  const lines = [`A list holds the numbers ${list.join(", ")}, in this order.`];
  for (let step = 0; step < steps; step += 1) {
    const value = between(1, 30);
    const what = between(0, 3);
    if (what === 0 && list.length > 3) {
      list.shift();
      lines.push("The first number is removed.");
    } else if (what === 1) {
      list.reverse();
      lines.push("The list is reversed.");
    } else if (what === 2 && list.length > 2) {
      list.push(list[0]! + list[1]!);
      lines.push("The sum of the first two numbers is added at the end.");
    } else {
      list.push(value);
      lines.push(`${value} is added at the end.`);
    }
  }
  return { text: `${lines.join(" ")} What is the last number of the list now?`, answer: list.at(-1)! };
}
