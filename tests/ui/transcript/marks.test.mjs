// Formulas are found in every way that models write them; money and code are not formulas.
import assert from "node:assert/strict";
import { test } from "node:test";
import { hasNotes, markMath } from "../../../ioverse_app/ui/transcript/marks.js";

const same = ["$5 and $10", "It costs $5, or 5$ more.", "from $100 to $200/month", "US$5 - $10", "a \\$x\\$ b", "PATH=$HOME:$PWD",
  "`$x$` stays", "```sh\necho $a $b\n\\[ x \\]\n```", "~~~\n$x^2$\n~~~", "between $first and second$ words", "as shown in \\[1\\] and \\[x\\]", "an array a\\[0\\] here is \\\\(no\\\\)"];

const changed = [
  ["so $x$ holds", "so $$x$$ holds"],
  ["$E = mc^2$.", "$$E = mc^2$$."],
  ["let \\(a_1\\) be", "let $$a_1$$ be"],
  ["\\[ x^2 \\]", "$$\nx^2\n$$"],
  ["$$x^2$$", "$$\nx^2\n$$"],
  ["$$\\begin{aligned}\na &= b\n\\end{aligned}$$", "$$\n\\begin{aligned}\na &= b\n\\end{aligned}\n$$"],
  ["1. first\n   \\[ y \\]\n2. second", "1. first\n   $$\n   y\n   $$\n2. second"],
  ["the sum $$a + b$$ is", "the sum $$a + b$$ is"],
  ["```py\ncost = '$5'\n```\nthen \\(z\\)", "```py\ncost = '$5'\n```\nthen $$z$$"],
];

for (const text of same)
  test(`no formula: ${text}`, () => assert.equal(markMath(text).text, text));

for (const [text, marked] of changed)
  test(`a formula: ${text}`, () => assert.deepEqual(markMath(text), { text: marked, math: true }));

test("a formula that has not ended is held back while the text grows", () => {
  assert.equal(markMath("Then \\(x^2 + ", true).text, "Then ");
  assert.equal(markMath("Then\n\n$$\n\\frac{a}", true).text, "Then\n\n");
  assert.equal(markMath("Done $$a$$ then $$b", true).text, "Done $$a$$ then ");
  assert.equal(markMath("Then \\(x^2 + ", false).text, "Then \\(x^2 + ");
});

test("a footnote is known by its explanation, outside of code", () => {
  assert.equal(hasNotes("a[^1]\n\n[^1]: b"), true);
  assert.equal(hasNotes("/[^a-z]/"), false);
  assert.equal(hasNotes("```re\n[^1]: b\n```"), false);
});
