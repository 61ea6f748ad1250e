// The list of chats in the page: in order, by days, and no longer than what was loaded.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createChats, daysLeft, daysOf, grouped, untilMidnight } from "../../../ioverse_app/ui/chats/chat_store.js";

const line = (id, at, pinned = 0, archived = 0, deleted = 0) => [id, `Chat ${id}`, at, pinned, archived, deleted];
const page = (lines, { behind = "", cursor = "", list = "chats" } = {}) => ({ page: lines, behind, cursor, list });
const change = (changed, gone = []) => ({ changed, gone });
const ids = (store) => store.get().chats.lines.map(({ id }) => id).join("");

test("pages are put behind each other, and a page that comes twice changes nothing", () => {
  const store = createChats();
  assert.equal(store.get().chats.loaded, false);
  store.take(page([line("p", 1, 1), line("a", 9), line("b", 8)], { cursor: "1" }));
  store.take(page([line("c", 7), line("d", 6)], { behind: "1", cursor: "2" }));
  store.take(page([line("c", 7), line("d", 6)], { behind: "1", cursor: "2" }));
  store.take(page([line("e", 5)], { behind: "2" }));
  assert.equal(ids(store), "pabcde");
  assert.equal(store.get().chats.cursor, "");
});

test("a change moves one line, and what lies behind the last page stays out", () => {
  const store = createChats();
  store.take(page([line("a", 9), line("b", 8)], { cursor: "1" }));
  store.take(change([line("b", 10)]));
  assert.equal(ids(store), "ba");
  store.take(change([line("old", 3)]));
  assert.equal(ids(store), "ba");
  store.take(change([line("old", 3, 1)]));
  assert.equal(ids(store), "oldba");
  store.take(change([line("old", 3)]));
  assert.equal(ids(store), "ba");
  store.take(change([], ["a", "nobody"]));
  assert.equal(ids(store), "b");
});

test("what is archived leaves the list, and returns to it", () => {
  const store = createChats();
  store.take(page([line("a", 9), line("b", 8)]));
  store.take(change([line("a", 9, 0, 1)]));
  assert.equal(ids(store), "b");
  assert.equal(store.get().archived.loaded, false);
  store.take(page([line("a", 9, 0, 1)], { list: "archived" }));
  store.take(change([line("b", 8, 0, 1)]));
  assert.deepEqual(store.get().archived.lines.map(({ id }) => id), ["a", "b"]);
  store.take(change([line("a", 9)]));
  assert.equal(ids(store), "a");
  assert.deepEqual(store.get().archived.lines.map(({ id }) => id), ["b"]);
});

test("what is deleted is in the trash, the last one first, until it is brought back", () => {
  const store = createChats();
  const trash = () => store.get().trash.lines.map(({ id }) => id).join("");
  store.take(page([line("p", 10, 1), line("a", 9), line("b", 8)]));
  store.take(change([line("b", 8, 0, 0, 20)]));
  assert.equal(ids(store), "pa");
  store.take(page([line("b", 8, 0, 0, 20), line("x", 99, 0, 1, 15)], { list: "trash" }));
  store.take(change([line("p", 10, 1, 0, 30)]));
  assert.equal(ids(store) + trash(), "apbx");
  assert.equal(grouped(store.get().trash.lines, 40)[0].name, "Today", "pins count for nothing there");
  store.take(change([line("x", 99, 0, 1), line("p", 10, 1)], ["b"]));
  assert.equal(ids(store) + trash(), "pa");
  const day = 864e5;
  assert.equal(daysLeft(day, 0, 30), 30, "a clock that is behind");
  assert.deepEqual([0, 0.5, 11.9, 12.1, 29.5, 31].map((days) => daysLeft(-days * day, 0, 30)), [30, 30, 19, 18, 1, 0]);
});

test("the first page anew keeps the pages behind it, if it joins them", () => {
  const store = createChats();
  store.take(page([line("a", 9), line("b", 8)], { cursor: "1" }));
  store.take(page([line("c", 7), line("d", 6)], { behind: "1", cursor: "2" }));
  store.take(page([line("n", 10), line("b", 8)], { cursor: "x" })); // a was deleted meanwhile
  assert.equal(ids(store), "nbcd");
  assert.equal(store.get().chats.cursor, "2");
  store.take(page([line("y", 20), line("z", 19)], { cursor: "z" })); // too much is between
  assert.equal(ids(store), "yz");
  assert.equal(store.get().chats.cursor, "z");
});

test("days are those of this time zone, also where the clock was changed", () => {
  for (const now of [new Date(2026, 2, 30, 0, 5), new Date(2026, 9, 26, 23, 55), new Date(2026, 10, 20, 12)]) {
    const day = (days, hour = 12) => daysOf(+new Date(now.getFullYear(), now.getMonth(), now.getDate() - days, hour), +now);
    assert.equal(day(0, 0), "Today");
    assert.equal(day(-1), "Today", "a clock that is ahead");
    assert.equal(day(1, 23), "Yesterday");
    assert.equal(day(1, 0), "Yesterday");
    assert.equal(day(2, 23), "Previous 7 days");
    assert.equal(day(7, 0), "Previous 7 days");
    assert.equal(day(8, 23), "Previous 30 days");
    assert.equal(day(30, 0), "Previous 30 days");
  }
  const now = +new Date(2026, 10, 20, 12);
  assert.equal(daysOf(+new Date(2026, 9, 20, 12), now), "October");
  assert.equal(daysOf(+new Date(2025, 11, 31, 12), now), "December 2025");
  assert.equal(untilMidnight(+new Date(2026, 10, 20, 23, 59)), 60_000);
});

test("groups follow the order of the list", () => {
  const now = Date.now();
  const store = createChats();
  store.take(page([line("p", 5, 1), line("a", now), line("b", now - 1), line("c", now - 400 * 864e5)]));
  const groups = grouped(store.get().chats.lines, now);
  assert.deepEqual(groups.map(({ lines }) => lines.length), [1, 2, 1]);
  assert.deepEqual(groups.slice(0, 2).map(({ name }) => name), ["Pinned", "Today"]);
});
