import assert from "node:assert/strict";
import { test } from "node:test";
import { createImages, fitting, lasting } from "../../../ioverse_app/ui/images/image_store.js";

const run = (id, status = "in_progress") => ({ id, title: id, label: "M", count: 2, status, problem: "", seconds: 3 });
const image = (id, more = {}) => ({ id, run: "r1", place: 0, at: 1, saved: false, title: "", ...more });
const ids = (images) => images.map(({ id }) => id);

test("a run, what it looks like so far, and its images as they come", () => {
  const store = createImages(() => 10_000);
  store.take({ runs: [run("r1")] });
  store.take({ partial: ["r1", 1, "data:early"] });
  store.take({ changed: [image("b", { place: 1 })] });
  store.take({ changed: [image("a")] });
  let [card] = store.get().cards;
  assert.deepEqual(ids(card.images), ["a", "b"]);
  assert.equal(card.partials.get(1), "data:early");
  assert.equal(card.run.startedAt, 7000);
  store.take({ runs: [run("r1", "completed")] });
  [card] = store.get().cards;
  assert.equal(card.partials, undefined);
  store.take({ gone: ["a", "b"] });
  assert.deepEqual(store.get().cards, []);
});

test("a failure stands until it is dismissed", () => {
  const store = createImages();
  store.take({ runs: [run("r1", "failed")] });
  assert.equal(store.get().cards.length, 1);
  store.dismiss("r1");
  assert.equal(store.get().cards.length, 0);
});

test("what was dismissed does not come back after a reload", () => {
  const kept = new Map();
  const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
  createImages(undefined, storage).dismiss("r1");
  const store = createImages(undefined, storage);
  store.take({ runs: [run("r1", "failed"), run("r2", "failed")] });
  assert.deepEqual(store.get().cards.map((card) => card.run.id), ["r2"]);
});

test("what is saved comes into the gallery, and stays in its place among the results", () => {
  const store = createImages();
  store.take({ page: [image("x", { at: 5, saved: true })], cursor: "", behind: "", key: "" });
  store.take({ results: [image("a", { at: 9 })] });
  store.take({ changed: [image("a", { at: 9, saved: true })] });
  assert.deepEqual(ids(store.get().gallery), ["a", "x"]);
  assert.equal(store.get().cards[0].images[0].saved, true);
  store.take({ gone: ["x"] });
  assert.deepEqual(ids(store.get().gallery), ["a"]);
});

test("pages follow each other, and answers to other filters are left out", () => {
  const store = createImages();
  const old = (id, at) => image(id, { at, saved: true, run: "" });
  store.take({ page: [old("c", 3)], cursor: "c3", behind: "", key: "" });
  store.take({ page: [old("b", 2)], cursor: "", behind: "c3", key: "" });
  store.take({ page: [old("b", 2)], cursor: "zz", behind: "c3", key: "" });
  assert.deepEqual(ids(store.get().gallery), ["c", "b"]);
  assert.equal(store.get().cursor, "");
  store.wanting("fox");
  store.take({ page: [old("z", 1)], cursor: "", behind: "", key: "" });
  assert.deepEqual(ids(store.get().gallery), ["c", "b"]);
  store.take({ page: [old("f", 1)], cursor: "", behind: "", key: "fox" });
  assert.deepEqual(ids(store.get().gallery), ["f"]);
});

test("what lies behind the last page is not put before it", () => {
  const store = createImages();
  store.take({ page: [image("c", { at: 3, saved: true })], cursor: "more", behind: "", key: "" });
  store.take({ changed: [image("a", { at: 1, saved: true, run: "" })] });
  assert.deepEqual(ids(store.get().gallery), ["c"]);
});

test("settings that another model does not take are not sent", () => {
  const control = (name, options, more = {}) => ({ name, kind: "choice", options, any: false, reason: "", ...more });
  const controls = [
    control("size", ["1024x1024"], { any: true }), control("quality", ["hd"]), control("style", [], { reason: "None." }),
    control("seed", [], { kind: "number" }),
  ];
  const settings = { size: "1280x720", quality: "low", style: "vivid", seed: "x" };
  assert.deepEqual(fitting(controls, settings), { size: "1280x720", seed: "x" });
});

test("how long it has taken", () => {
  assert.equal(lasting(4200), "4 s");
  assert.equal(lasting(125_000), "2 min 5 s");
});
