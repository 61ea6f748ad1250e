// What the palette finds for what was typed, and which key does what.
import assert from "node:assert/strict";
import { test } from "node:test";
import { matches } from "../../../ioverse_app/ui/palette/commands.js";
import { score } from "../../../ioverse_app/ui/palette/fuzzy.js";

const best = (typed, ...titles) => titles.map((title) => [score(typed, title), title]).sort(([a], [b]) => b - a)[0][1];

test("every word counts, in any order, whatever its case and accents", () => {
  assert.ok(score("recipe SOUP", "Soup: a recipe"));
  assert.ok(score("cafe", "Le Café"));
  assert.equal(score("soup stew", "Soup: a recipe"), 0);
  assert.ok(score("log out", "Sign out", "log out leave"));
});

test("letters in order are enough, if they stand close together", () => {
  assert.ok(score("btr", "A better name"));
  assert.equal(score("abc", "a long way before b comes, and c"), 0);
});

test("the beginning of a word is better than its middle", () => {
  assert.equal(best("art", "Start here", "My art", "Art history"), "Art history");
  assert.equal(best("art", "Start here", "My art"), "My art");
});

const pressed = (key, more) => ({ key, code: "", target: { closest: () => null }, ...more });

test("a key is the key with what is held down, and nothing else", () => {
  assert.ok(matches(pressed("k", { ctrlKey: true }), "mod+k"));
  assert.ok(matches(pressed("k", { metaKey: true }), "mod+k"));
  assert.ok(matches(pressed("O", { ctrlKey: true, shiftKey: true }), "mod+shift+o"));
  assert.ok(matches(pressed("л", { ctrlKey: true, code: "KeyK" }), "mod+k"));
  assert.ok(!matches(pressed("k"), "mod+k"));
  assert.ok(!matches(pressed("k", { ctrlKey: true, altKey: true }), "mod+k"));
  assert.ok(!matches(pressed("k", { ctrlKey: true, shiftKey: true }), "mod+k"));
});

test("a question mark is a letter in a field", () => {
  assert.ok(matches(pressed("?", { shiftKey: true }), "?"));
  assert.ok(!matches(pressed("?", { shiftKey: true, target: { closest: () => ({}) } }), "?"));
});
