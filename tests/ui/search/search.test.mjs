import assert from "node:assert/strict";
import { test } from "node:test";
import { completions } from "../../../ioverse_app/ui/search/completion.js";
import { createResults } from "../../../ioverse_app/ui/search/search_store.js";

const OPERATORS = [
  ["from", ["me", "assistant"], "Who"],
  ["has", ["code", "image", "file"], "What"],
  ["in", ["archived"], "Where"],
  ["model", [], "Which"],
  ["before", [], "Earlier"],
];
const TODAY = new Date(2026, 0, 3);
const texts = (text) => completions(text, OPERATORS, ["gpt-5", "gpt-5-mini", "claude"], TODAY).map((each) => each.text);

test("an operator is offered from its second letter on", () => {
  assert.deepEqual(texts(""), []);
  assert.deepEqual(texts("f"), []);
  assert.deepEqual(texts("fr"), ["from:"]);
  assert.deepEqual(texts("cats -HA"), ["cats -has:"]);
  assert.deepEqual(texts("from"), ["from:"]);
  assert.deepEqual(texts("fruit"), []);
  assert.deepEqual(texts('"fr'), []);
});

test("its values are offered until one is there", () => {
  assert.deepEqual(texts("from:"), ["from:me ", "from:assistant "]);
  assert.deepEqual(texts("has:i"), ["has:image "]);
  assert.deepEqual(texts("from:me"), []);
  assert.deepEqual(texts("from:me "), []);
  assert.deepEqual(texts("x model:GPT"), ["x model:gpt-5 ", "x model:gpt-5-mini "]);
  assert.deepEqual(texts("http://x"), []);
});

test("days are offered by the calendar of the person", () => {
  assert.deepEqual(texts("before:"), [
    "before:2026-01-03 ", "before:2026-01-02 ", "before:2025-12-27 ", "before:2026-01 ", "before:2025-12 ",
    "before:2026 ", "before:2025 ",
  ]);
});

test("pages are added to the search that they belong to", () => {
  const store = createResults();
  const hit = (path) => ["message", path, [], [], 0, 0, "", ""];
  store.take({ text: "a", hits: [hit("1")], hints: [], cursor: "c", behind: "" });
  store.take({ text: "a", hits: [hit("2")], hints: [], cursor: "d", behind: "c" });
  store.take({ text: "a", hits: [hit("2")], hints: [], cursor: "d", behind: "c" });
  store.take({ text: "b", hits: [hit("3")], hints: [], cursor: "", behind: "d" });
  assert.deepEqual(store.get().hits.map((each) => each.path), ["1", "2"]);
  store.take({ models: ["x"] });
  assert.equal(store.get().text, "a");
  store.take({ text: "b", hits: [], hints: ["h"], cursor: "", behind: "" });
  assert.deepEqual([store.get().hits, store.get().models], [[], ["x"]]);
});
