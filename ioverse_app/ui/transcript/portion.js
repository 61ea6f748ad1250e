// How much of a text is drawn at once: what is longer waits for the reader to ask.
//
// A table of ten thousand rows, or a megabyte of text, would hold up the page for many seconds.

const CHARACTERS = 100_000;
const ROWS = 300; // of one table
const SHORT = 8_000; // No table in a text this short has too many rows.

const FENCE = /^\s*(`{3,}|~{3,})/;
const RULER = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

/** The first portions of a text, and how many characters and rows are left out. */
export function portionOf(text, portions = 1) {
  const short = text.length < SHORT || !text.includes("|");
  const { text: whole, rows } = short ? { text, rows: 0 } : withoutRows(text, ROWS * portions);
  const most = CHARACTERS * portions;
  const end = whole.length > most ? whole.lastIndexOf("\n", most) + 1 || most : whole.length;
  return { text: whole.slice(0, end), characters: whole.length - end, rows };
}

function withoutRows(text, most) {
  const kept = [];
  let fence = "";
  let rows = -1; // of the table that this line is in, if it is in one
  let left = 0;
  for (const line of text.split("\n")) {
    const [, ticks] = line.match(FENCE) ?? [];
    if (ticks && (!fence || ticks.startsWith(fence))) fence = fence ? "" : ticks;
    if (fence || !line.includes("|")) rows = -1;
    else if (rows >= 0) rows += 1;
    else if (RULER.test(line) && kept.at(-1)?.includes("|")) rows = 0;
    if (rows > most) left += 1;
    else kept.push(line);
  }
  return left ? { text: kept.join("\n"), rows: left } : { text, rows: 0 };
}

/** What is left out, as a sentence; empty if nothing is. */
export function leftOut({ characters, rows }) {
  const parts = [];
  if (rows) parts.push(`${rows.toLocaleString("en")} rows`);
  if (characters) parts.push(`${characters.toLocaleString("en")} characters`);
  return parts.length ? `${parts.join(" and ")} more are not drawn yet.` : "";
}
