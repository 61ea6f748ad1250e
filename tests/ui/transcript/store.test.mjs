// The store of texts: whatever comes twice, late or in pieces, the text is the same.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createStore, keyOf, length } from "../../../ioverse_app/ui/transcript/store.js";

const TEXT = "Grüße 🚀 — 速い\n\n```py\nprint('𝒙')\n```\nend 👩‍👩‍👧 of it";
const points = [...TEXT];
const slice = (from, to) => points.slice(from, to).join("");

/** A small random number generator with a seed, so that a failure can be repeated. */
function random(seed) {
  return () => (seed = (seed * 1664525 + 1013904223) % 2 ** 32) / 2 ** 32;
}

function newStore() {
  const store = createStore((run) => run());
  const asked = [];
  store.onGap = (id, have) => asked.push([id, have]);
  return { store, asked };
}

test("offsets count code points, as Python does", () => {
  assert.equal(length("a🚀b"), 3);
  assert.equal(length(TEXT), points.length);
});

test("any order of pieces, repeats and overlaps gives the same text", () => {
  for (let seed = 1; seed <= 500; seed++) {
    const next = random(seed);
    const { store } = newStore();
    const pieces = [];
    for (let at = 0; at < points.length; ) {
      const to = Math.min(points.length, at + 1 + Math.floor(next() * 9));
      pieces.push(["m", Math.max(0, at - Math.floor(next() * 4)), null, to]);
      at = to;
    }
    const pushes = [...pieces, ...pieces.filter(() => next() < 0.4)].map(([id, from, , to]) => [id, from, slice(from, to)]);
    for (let i = pushes.length - 1; i > 0; i--) {
      const j = Math.floor(next() * (i + 1));
      [pushes[i], pushes[j]] = [pushes[j], pushes[i]];
    }
    // Offset 0 replaces what differs, and nothing differs here but what is still missing.
    for (const push of pushes) store.take(push);
    assert.equal(store.get("m"), TEXT, `seed ${seed}`);
    assert.equal(store.have("m"), points.length, `seed ${seed}`);
  }
});

test("a whole text replaces one that differs, and a repeat of its beginning does not", () => {
  const { store } = newStore();
  store.take(["m", 0, "first answer"]);
  store.take(["m", 0, "first"]);
  assert.equal(store.get("m"), "first answer");
  store.take(["m", 0, "second"]);
  assert.equal(store.get("m"), "second");
  store.take(["m", -1, "sec"]);
  assert.equal(store.get("m"), "sec");
});

test("several pushes come in one frame, and reasoning is a text of its own", () => {
  const { store } = newStore();
  store.take([["m", 0, "answer"], ["m/r", 0, "thinking"]]);
  assert.equal(store.get("m"), "answer");
  assert.equal(store.get("m/r"), "thinking");
});

test("an id and its last twelve characters name the same text", () => {
  const { store } = newStore();
  store.take(["89abcdef0123/r", 0, "x"]);
  assert.equal(store.get("0193f8a0b1c27def89abcdef0123/r"), "x");
  assert.equal(keyOf("short"), "short");
});

test("a reader hears of its own text only, and once for many pushes", () => {
  const frames = [];
  const store = createStore((run) => frames.push(run));
  const heard = { a: 0, b: 0 };
  store.subscribe("a", () => heard.a++);
  store.subscribe("b", () => heard.b++);
  store.take(["a", 0, "one "]);
  store.take(["a", 4, "two"]);
  assert.equal(frames.length, 1);
  frames.pop()();
  assert.deepEqual(heard, { a: 1, b: 0 });
  assert.equal(store.get("a"), "one two");
  store.forget(["a", "b"]);
});

test("a missing piece is asked for, from where the text ends, by the id of the message", async () => {
  const { store, asked } = newStore();
  const leave = store.subscribe("0193f8a0b1c27def89abcdef0123", () => {});
  store.take(["89abcdef0123", 0, "begin"]);
  store.take(["89abcdef0123", 9, "end"]);
  await new Promise((done) => setTimeout(done, 250));
  assert.deepEqual(asked, [["0193f8a0b1c27def89abcdef0123", 5]]);
  store.take(["89abcdef0123", 5, "-to-"]);
  assert.equal(store.get("89abcdef0123"), "begin-to-end");
  leave();
});

test("a late piece that still comes is not asked for", async () => {
  const { store, asked } = newStore();
  const leave = store.subscribe("m", () => {});
  store.take(["m", 3, "def"]);
  store.take(["m", 0, "abc"]);
  await new Promise((done) => setTimeout(done, 250));
  assert.deepEqual(asked, []);
  leave();
});

test("a finished text that lost its end is asked for", async () => {
  const { store, asked } = newStore();
  const leave = store.subscribe("m", () => {});
  store.take(["m", 0, "abc"]);
  store.expect("m", 6);
  await new Promise((done) => setTimeout(done, 1700));
  assert.deepEqual(asked, [["m", 3]]);
  leave();
});

test("forgotten texts are gone, with their reasoning", () => {
  const { store } = newStore();
  store.take([["m", 0, "a"], ["m/r", 0, "b"]]);
  store.take(["m", -1, null]);
  assert.equal(store.get("m") + store.get("m/r"), "");
  assert.equal(store.known("m"), false);
});
