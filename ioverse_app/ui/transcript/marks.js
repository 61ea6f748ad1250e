// What must be known of a text before it is parsed: its formulas, and its footnotes.
//
// Models write formulas as \(x\), \[x\], $x$ and $$x$$; the renderer knows the last. Code is left
// alone, and so is money: "$5 and $10".

const FENCE = /^[\s>]*(?:(?:[-*+]|\d+[.)])\s+)?(`{3,}|~{3,})/;
const HELD_BACK = 1500; // An unclosed formula longer than this is no formula.

// In this order: inline code, display, inline, dollars by two, dollars by one.
const MARKS =
  /(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)|(?<![\\\w])\\\[([\s\S]+?)\\\]|(?<!\\)\\\(([\s\S]+?)\\\)|(?<!\\)\$\$([\s\S]+?)\$\$|(?<![\\$\w])\$(?![\s$])([^$\n]*?[^\s\\$])\$(?![\w$])/g;
const OPEN = /(?<!\\)(?:\\\[|\\\(|\$\$)(?![\s\S]*(?<!\\)(?:\\\]|\\\)|\$\$))/;

/** The text with its formulas marked, and whether there are any. */
export function markMath(text, streaming = false) {
  if (!/\$|\\[[(]/.test(text)) return { text, math: /^[\s>]*(`{3,}|~{3,})math\b/m.test(text) };
  const parts = splitCode(text);
  const marked = parts.map((part, i) => (part.code ? part.text : mark(part.text, streaming && i === parts.length - 1)));
  const out = marked.join("");
  return { text: out, math: /\$\$|^[\s>]*(`{3,}|~{3,})math\b/m.test(out) };
}

/** Whether a text explains a footnote, outside of code: then it can only be drawn as a whole. */
export function hasNotes(text) {
  if (!text.includes("[^")) return false;
  return splitCode(text).some((part) => !part.code && /^ {0,3}\[\^[\w-]{1,200}\]:/m.test(part.text));
}

function mark(prose, growing) {
  const marked = prose.replace(MARKS, (all, code, display, inline, dollars, dollar, at) => {
    if (code) return all;
    if (dollar !== undefined) return looksLikeMath(dollar) ? `$$${dollar}$$` : all;
    const formula = display ?? inline ?? dollars;
    if (inline !== undefined && /\n\s*\n/.test(inline)) return all;
    const lead = inline === undefined ? aloneOnItsLine(prose, at, all.length) : null;
    // In a line, \[…\] may just be a bracket that was escaped: "as in \[1\]".
    if (display !== undefined && lead === null && !/[\\^_{}=]/.test(display)) return all;
    if (lead === null) return `$$${formula.trim().replace(/\s*\n\s*/g, " ")}$$`;
    const pad = lead.replace(/[^\s>]/g, " ");
    const lines = formula.trim().split("\n").map((line) => pad + line.replace(/^[\s>]+/, ""));
    return ["$$", ...lines, `${pad}$$`].join("\n");
  });
  if (!growing) return marked;
  const open = marked.match(OPEN);
  const isOpen = open && (open[0] !== "$$" || marked.split("$$").length % 2 === 0);
  return isOpen && marked.length - open.index < HELD_BACK ? marked.slice(0, open.index) : marked;
}

/** What stands before a formula that has its line to itself, or null. */
function aloneOnItsLine(prose, at, size) {
  const lead = prose.slice(prose.lastIndexOf("\n", at - 1) + 1, at);
  const rest = prose.slice(at + size).match(/^[^\n]*/)[0];
  return /^[\s>]*(?:(?:[-*+]|\d+[.)])\s+)?$/.test(lead) && !rest.trim() ? lead : null;
}

/** Tells $x^2$ from an amount: words between dollars, or a bare number, are no formula. */
function looksLikeMath(inner) {
  if (/[\\^_{}=]/.test(inner)) return true;
  if (/^[\d.,]+\s*\S*\s*$/.test(inner) && !/[+*/<>]/.test(inner)) return false;
  return !/[a-z]{2,}/i.test(inner);
}

function splitCode(text) {
  const parts = [];
  let fence = null;
  let start = 0;
  let at = 0;
  const cut = (end, code) => {
    if (end > start) parts.push({ text: text.slice(start, end), code });
    start = end;
  };
  for (const line of text.split("\n")) {
    const next = Math.min(at + line.length + 1, text.length);
    const [, ticks] = line.match(FENCE) ?? [];
    if (!fence && ticks) {
      cut(at, false);
      fence = ticks;
    } else if (fence && ticks?.startsWith(fence) && line.replace(/^[\s>]+/, "").trim() === ticks) {
      cut(next, true);
      fence = null;
    }
    at = next;
  }
  cut(text.length, Boolean(fence));
  return parts;
}
