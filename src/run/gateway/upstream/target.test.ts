import { expect, test } from "vitest";
import { targetOf } from "./target.ts";

test("an endpoint taken apart: its headers go with every request, the host with its port, what is sent is JSON", () => {
  const headers = { Authorization: "Bearer engine", "Content-Type": "text/plain" };
  expect(targetOf({ url: "http://[::1]:8080/base/", headers })).toEqual({
    secure: false,
    host: "::1",
    port: 8080,
    base: "/base",
    headers: ["host", "[::1]:8080", "authorization", "Bearer engine", "content-type", "application/json"],
  });
});

test("a host that the endpoint names itself is kept, a usual port is not said", () => {
  expect(targetOf({ url: "https://engine.example", headers: {} })).toMatchObject({
    secure: true,
    port: 443,
    headers: ["host", "engine.example", "content-type", "application/json"],
  });
  const { headers } = targetOf({ url: "http://127.0.0.1:1234", headers: { Host: "model.internal" } });
  expect(headers.slice(0, 2)).toEqual(["host", "model.internal"]);
});
