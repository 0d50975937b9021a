// The chat page that the gateway serves: one conversation, streamed, kept in this tab alone.
const element = (id) => document.getElementById(id);
const turns = element("turns");
const text = element("text");
const model = element("model");
const status = element("status");

/** @type {{ role: "user" | "assistant", text: string, images: string[] }[]} */
let conversation = [];
let pictures = [];
let reply; // an AbortController while one comes
let again = 0;

const headers = () => {
  const key = sessionStorage.getItem("key");
  return { "content-type": "application/json", ...(key ? { authorization: `Bearer ${key}` } : {}) };
};

await listModels();
element("form").addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  ask();
});
element("stop").addEventListener("click", () => reply?.abort());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") reply?.abort();
});
element("again").addEventListener("click", () => {
  if (conversation.at(-1)?.role === "assistant") {
    conversation.pop();
    turns.lastElementChild?.remove();
  }
  again += 1;
  void answer();
});
element("new").addEventListener("click", () => {
  reply?.abort();
  conversation = [];
  turns.replaceChildren();
  show();
  text.focus();
});
element("image").addEventListener("change", ({ target }) => void attach(target));
model.addEventListener("change", () => show());

async function listModels() {
  const list = await fetch("v1/models", { headers: headers() });
  if (list.status === 401) {
    await askKey();
    return listModels();
  }
  const { data = [] } = await list.json();
  model.replaceChildren(
    ...data.map(({ id, architecture }) => {
      const option = new Option(id, id);
      option.dataset.images = architecture?.input_modalities?.includes("image") ?? "";
      return option;
    }),
  );
  show();
}

async function attach(input) {
  for (const file of input.files) pictures.push(await dataUrl(file));
  input.value = "";
  showPictures();
}

function askKey() {
  const dialog = element("ask");
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener(
      "close",
      () => {
        sessionStorage.setItem("key", element("key").value);
        resolve();
      },
      { once: true },
    ),
  );
}

function ask() {
  const asked = text.value.trim();
  if (asked === "" || reply) return;
  text.value = "";
  conversation.push({ role: "user", text: asked, images: pictures });
  addTurn(conversation.at(-1));
  pictures = [];
  showPictures();
  again = 0;
  void answer();
}

async function answer() {
  reply = new AbortController();
  show();
  const turn = { role: "assistant", text: "", images: [] };
  const shown = addTurn(turn);
  const started = performance.now();
  let first;
  let last = started;
  let usage;
  let finish = "";
  let events = 0;
  try {
    const response = await fetch("v1/chat/completions", {
      method: "POST",
      headers: headers(),
      signal: reply.signal,
      body: JSON.stringify({
        model: model.value,
        messages: messages(),
        stream: true,
        stream_options: { include_usage: true },
        ...(again > 0 ? { seed: again } : {}),
      }),
    });
    if (!response.ok) throw new Error((await response.json()).error?.message ?? `HTTP ${response.status}`);
    for await (const event of eventsOf(response.body)) {
      if (event.error) throw new Error(event.error.message);
      usage = event.usage ?? usage;
      const choice = event.choices?.[0];
      finish = choice?.finish_reason ?? finish;
      const { content, reasoning_content: thought } = choice?.delta ?? {};
      if (!content && !thought) continue;
      last = performance.now();
      first ??= last;
      events += 1;
      turn.text += content ?? "";
      follow(() => {
        shown.thoughts.textContent += thought ?? "";
        shown.body.textContent += content ?? "";
      });
    }
  } catch (error) {
    if (error.name === "AbortError") finish = "stopped";
    else status.textContent = error.message;
  }
  conversation.push(turn);
  const tokens = usage?.completion_tokens ?? events;
  const cached = usage?.prompt_tokens_details?.cached_tokens ?? 0;
  shown.footer.textContent = [
    `${tokens} tokens`,
    tokens > 1 && last > first ? `${(((tokens - 1) / (last - first)) * 1000).toFixed(1)} tok/s` : "",
    first === undefined ? "" : `first after ${Math.round(first - started)} ms`,
    usage ? `prompt ${usage.prompt_tokens}${cached > 0 ? `, ${cached} cached` : ""}` : "",
    finish === "length" ? "cut by its limit" : finish === "stopped" ? "stopped" : "",
  ]
    .filter((part) => part !== "")
    .join(" · ");
  reply = undefined;
  show();
  text.focus();
}

function messages() {
  const system = element("system").value.trim();
  const said = conversation.map(({ role, text: content, images }) => {
    if (images.length === 0) return { role, content };
    const shown = images.map((url) => ({ type: "image_url", image_url: { url } }));
    return { role, content: [{ type: "text", text: content }, ...shown] };
  });
  return system === "" ? said : [{ role: "system", content: system }, ...said];
}

/** The data of each event of a stream; it ends at [DONE]. */
async function* eventsOf(body) {
  let held = "";
  for await (const part of body.pipeThrough(new TextDecoderStream())) {
    held += part;
    const blocks = held.split(/\r?\n\r?\n/);
    held = blocks.pop();
    for (const block of blocks) {
      const data = block
        .split(/\r?\n/)
        .filter((line) => line.startsWith("data:"))
        .map((line) => line.slice(5).trimStart())
        .join("\n");
      if (data === "[DONE]") return;
      if (data !== "") yield JSON.parse(data);
    }
  }
}

function addTurn({ role, text: said, images }) {
  const article = document.createElement("article");
  article.className = role;
  const heading = document.createElement("h2");
  heading.textContent = role === "user" ? "You" : model.value || "Model";
  const thoughts = document.createElement("div");
  thoughts.className = "thoughts";
  const body = document.createElement("div");
  body.className = "body";
  body.textContent = said;
  const footer = document.createElement("footer");
  article.append(heading, thoughts, body, ...images.map(picture), footer);
  follow(() => turns.append(article));
  return { thoughts, body, footer };
}

/** Scrolls along only where its person had not scrolled back. */
function follow(change) {
  const atEnd = turns.scrollHeight - turns.scrollTop - turns.clientHeight < 40;
  change();
  if (atEnd) turns.scrollTop = turns.scrollHeight;
}

function picture(url) {
  const image = new Image();
  image.src = url;
  image.alt = "image shown to the model";
  return image;
}

function showPictures() {
  element("images").replaceChildren(
    ...pictures.map((url) => {
      const item = document.createElement("li");
      item.append(picture(url));
      return item;
    }),
  );
}

function show() {
  element("stop").hidden = !reply;
  element("send").disabled = Boolean(reply);
  element("again").disabled = Boolean(reply) || conversation.length === 0;
  element("attach").hidden = model.selectedOptions[0]?.dataset.images === "false";
  if (reply) status.textContent = "";
}

function dataUrl(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}
