import { describe, expect, it } from "vitest";
import { hubOf, resolveUrl } from "./address.ts";

const home = { platform: "linux", env: {}, homeDir: "/home/ada" };

describe("the hub", () => {
  it("is the public one unless the environment or the config says otherwise", () => {
    expect(hubOf(home)).toEqual({
      endpoint: "https://huggingface.co",
      cacheDir: "/home/ada/.cache/huggingface/hub",
      offline: false,
    });
    const env = { HF_ENDPOINT: "http://mirror.local/hf/", HF_TOKEN: "hf_x", HF_HUB_OFFLINE: "1" };
    expect(hubOf({ ...home, env }, { hubEndpoint: "http://other" })).toMatchObject({
      endpoint: "http://mirror.local/hf",
      token: "hf_x",
      offline: true,
    });
    expect(hubOf(home, { hubEndpoint: "http://other" }).endpoint).toBe("http://other");
    expect(() => hubOf({ ...home, env: { HF_ENDPOINT: "file:///etc" } })).toThrow("http or https");
  });

  it("has an address for every file", () => {
    const address = { repository: "ada/tiny.v2", revision: "refs/pr/1", file: "a folder/f#1.gguf" };
    expect(resolveUrl(hubOf(home), address).href).toBe(
      "https://huggingface.co/ada/tiny.v2/resolve/refs%2Fpr%2F1/a%20folder/f%231.gguf",
    );
  });

  it.each([
    ["ada", "main", "f.gguf"],
    ["ada/../x", "main", "f.gguf"],
    ["ada/a--b", "main", "f.gguf"],
    ["../ada", "main", "f.gguf"],
    ["ada/tiny", "../../x", "f.gguf"],
    ["ada/tiny", "", "f.gguf"],
    ["ada/tiny", "main", "../f.gguf"],
    ["ada/tiny", "main", "/etc/passwd"],
    ["ada/tiny", "main", "a\\..\\f.gguf"],
    ["ada/tiny", "main", "c:f.gguf"],
    ["ada/tiny", "main", "f\0.gguf"],
  ])("refuses %s at %s: %j", (repository, revision, file) => {
    expect(() => resolveUrl(hubOf(home), { repository, revision, file })).toThrow(
      expect.objectContaining({ code: "unknown-value" }),
    );
  });
});
