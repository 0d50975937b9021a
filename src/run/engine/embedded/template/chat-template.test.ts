import { describe, expect, it } from "vitest";
import { ChatTemplate } from "./index.ts";

const TURNS =
  "{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}[assistant] {% endif %}";
const user = { role: "user", content: "Hi" };
const system = { role: "system", content: "Be brief." };

describe("a file's template", () => {
  it("is rendered up to where the assistant speaks", async () => {
    const template = await ChatTemplate.parse(`{{ bos_token }}${TURNS}`, undefined, "<s>");
    expect(template.render([system, user])).toBe("<s>[system] Be brief.\n[user] Hi\n[assistant] ");
  });

  it("gets the system's text in the user's first message where it takes no other", async () => {
    const strict = await ChatTemplate.parse(
      `{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}${TURNS}`,
    );
    expect(strict.render([system, user])).toBe("[user] Be brief.\n\nHi\n[assistant] ");
  });

  it("says why it refuses messages, in its own words", async () => {
    const picky = await ChatTemplate.parse("{{ raise_exception('roles must alternate') }}");
    expect(() => picky.render([user])).toThrow(/messages is wrong.*roles must alternate/);
  });

  it("is given tools and variables of its own", async () => {
    const template = await ChatTemplate.parse(
      "{% if tools %}{% for t in tools %}{{ t | tojson }}{% endfor %}{% endif %}{% if enable_thinking is false %}<think></think>{% endif %}",
    );
    const tools = [{ type: "function", function: { name: "add" } }];
    expect(template.render([user], { tools })).toBe('{"type": "function", "function": {"name": "add"}}');
    expect(template.render([user], { variables: { enable_thinking: false } })).toBe("<think></think>");
  });

  it("is the one for tools where the file has one and there are some", async () => {
    const template = await ChatTemplate.parse("plain", "with {{ tools | length }}");
    expect(template.render([user])).toBe("plain");
    expect(template.render([user], { tools: [{}, {}] })).toBe("with 2");
  });

  it("prints calls that were made, their arguments as values", async () => {
    const template = await ChatTemplate.parse(
      "{% for m in messages %}{% for c in m.tool_calls or [] %}{{ c.function.name }}({{ c.function.arguments.a }}){% endfor %}{% endfor %}",
    );
    const called = { id: "1", type: "function" as const, function: { name: "add", arguments: { a: 2 } } };
    expect(template.render([user, { role: "assistant", content: "", tool_calls: [called] }])).toBe("add(2)");
  });
});
