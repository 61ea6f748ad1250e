// The files beside the composer: none is lost, whatever the server says, and when.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createWaiting, described, sized } from "../../../ioverse_app/ui/attachments/waiting.js";

const LIMITS = { most: 3, largest: 1000 };

function setUp(there = {}) {
  const kept = new Map();
  const uploads = [];
  const storage = {
    read: (key) => kept.get(key) ?? "",
    write: (key, text) => (text ? kept.set(key, text) : kept.delete(key)),
  };
  const send = (file, name, progress) => {
    const upload = { name, progress, abort() {} };
    upload.done = new Promise((resolve) => { upload.answer = resolve; });
    uploads.push(upload);
    return upload;
  };
  const fetch = async (path, options) => {
    const body = there[path.split("/").at(-1)];
    if (options?.method === "DELETE") delete there[path.split("/").at(-1)];
    return { ok: Boolean(body), json: async () => body };
  };
  const make = () => createWaiting({ send, fetch, storage });
  return { make, store: make(), uploads, kept, there };
}

const file = (name, size = 10) => ({ name, size });
const stored = (id) => ({ status: 201, body: { attachment_id: id, name: id, kind: "text", size: 1 } });
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
const names = (store) => store.get().map((item) => `${item.name} ${item.state}`);

test("three go up at once, and the rest after them", async () => {
  const { store, uploads } = setUp();
  store.open("", { most: 9, largest: 1000 });
  store.add([file("a"), file("b"), file("c"), file("d")]);
  assert.equal(uploads.length, 3);
  assert.ok(store.busy());
  uploads[1].answer(stored("b"));
  await settle();
  assert.equal(uploads.length, 4);
  assert.deepEqual(store.ids(), ["b"]);
});

test("what is too large or too many is refused here, and a failure can be tried again", async () => {
  const { store, uploads } = setUp();
  store.open("", LIMITS);
  store.add([file("big", 2000), file("a"), file("b"), file("c"), file("d")]);
  assert.match(store.get()[0].problem, /larger than 1000 bytes/);
  assert.match(store.get()[4].problem, /At most 3 files/);
  uploads[0].answer({ status: 0 });
  uploads[1].answer({ status: 400, body: { message: "It is empty." } });
  uploads[2].answer(stored("c"));
  await settle();
  assert.deepEqual(names(store), ["big failed", "a failed", "b failed", "c ready", "d failed"]);
  const [, lost, refused] = store.get();
  assert.ok(lost.retriable && !refused.retriable);
  assert.equal(refused.problem, "It is empty.");
  store.again(lost.key);
  uploads[3].answer(stored("a"));
  await settle();
  assert.deepEqual(store.ids(), ["a", "c"]);
});

test("a message that is not stored gives its files back, and one that is takes them", async () => {
  const { store, uploads, kept } = setUp();
  store.open("", LIMITS);
  store.add([file("a")]);
  uploads[0].answer(stored("a"));
  await settle();
  store.sent();
  assert.deepEqual(names(store), []);
  assert.equal(kept.get("attachments:new"), "a", "the page may be loaded again just now");
  store.settled("returned");
  assert.deepEqual(names(store), ["a ready"]);
  store.sent();
  store.add([file("meanwhile")]);
  store.settled("taken");
  assert.equal(kept.size, 0);
  store.open("chat1", LIMITS);
  assert.deepEqual(names(store), ["meanwhile uploading"], "it belongs to the chat that was made");
  uploads[1].answer(stored("m"));
  await settle();
  assert.equal(kept.get("attachments:chat1"), "m");
  store.open("", LIMITS);
  assert.deepEqual(names(store), []);
});

test("after a reload those come back that the server still has waiting", async () => {
  const body = (id, waiting) => ({ attachment_id: id, name: id, kind: "pdf", size: 5, waiting });
  const { make, kept } = setUp({ a: body("a", true), sent: body("sent", false) });
  kept.set("attachments:chat1", "a sent gone");
  const store = make();
  store.open("chat1", LIMITS);
  await settle();
  await settle();
  assert.deepEqual(names(store), ["a ready"]);
  assert.equal(kept.get("attachments:chat1"), "a");
});

test("one that is removed is gone here and there", async () => {
  const { store, uploads, there, kept } = setUp({ a: {} });
  store.open("", LIMITS);
  store.add([file("a")]);
  uploads[0].answer(stored("a"));
  await settle();
  store.remove(store.get()[0].key);
  assert.deepEqual([names(store), there, kept.size], [[], {}, 0]);
});

test("sizes and kinds are said in few words", () => {
  assert.deepEqual([7, 1536, 20 * 1024 ** 2, 1_073_000_000].map(sized), ["7 bytes", "1.5 KB", "20 MB", "1 GB"]);
  const pdf = { kind: "pdf", name: "a.pdf", size: 2048, pages: 12, cut: true };
  assert.equal(described(pdf), "PDF · 2 KB · first 12 pages");
  assert.equal(described({ kind: "text", name: "Makefile", size: 1, cut: true }), "Text · 1 byte · beginning only");
  assert.equal(described({ kind: "image", name: "a.png", size: 5 }), "Picture · 5 bytes");
});
