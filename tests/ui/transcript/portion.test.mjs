// How much of a long text is drawn, and what is said of the rest.
import assert from "node:assert/strict";
import { test } from "node:test";
import { leftOut, portionOf } from "../../../ioverse_app/ui/transcript/portion.js";

const table = (rows) => `| a | b |\n| - | -: |\n${"| one | two three four |\n".repeat(rows)}`;

test("what is short is left alone", () => {
  const text = `${table(20)}\n\nA | B\n\n| no | table`;
  assert.deepEqual(portionOf(text), { text, characters: 0, rows: 0 });
  assert.equal(leftOut(portionOf(text)), "");
});

test("each table has its first rows, and what follows is there", () => {
  const portion = portionOf(`${table(1000)}\nBetween.\n\n${table(400)}\nAfter.`);
  assert.equal(portion.text.match(/\| one/g).length, 600);
  assert.match(portion.text, /Between\.[\s\S]*After\./);
  assert.equal(leftOut(portion), "800 rows more are not drawn yet.");
  assert.equal(portionOf(`${table(1000)}\nBetween.\n\n${table(400)}`, 4).rows, 0);
});

test("code that looks like a table is code", () => {
  const text = `\`\`\`\n${table(1000)}\`\`\`\n`;
  assert.equal(portionOf(text).rows, 0);
});

test("a text is cut between lines, and in the end all of it is shown", () => {
  const text = "A line of words.\n".repeat(60_000);
  const portion = portionOf(text);
  assert.ok(portion.text.endsWith("words.\n") && portion.text.length <= 100_000);
  assert.equal(portion.text.length + portion.characters, text.length);
  assert.equal(portionOf(text, 11).text, text);
  assert.equal(portionOf("x".repeat(1_000_000)).text.length, 100_000);
});
