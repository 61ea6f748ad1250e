// Colours for code, fetched with the first block and put on when the page has a moment.
import { startTransition, useEffect, useRef, useState } from "react";

const MOST = 40_000; // Longer code stays plain: colouring it would hold up the page.
const PAUSE_MS = 400; // While a block grows, its colours follow at most this often,
const SHARE = 20; // and never take more than a twentieth of the time.

const NONE = { html: "", size: 0 };
let highlighter = null;

function load() {
  highlighter ??= import("./highlighter.js").then(
    (loaded) => loaded.default,
    () => void (highlighter = null),
  );
  return highlighter;
}

/** The coloured start of a piece of code: its html, and how many characters of the code it covers. */
export function useColours(code, language, growing) {
  const [coloured, setColoured] = useState(NONE);
  const last = useRef({ at: 0, cost: 0, code: "" });
  useEffect(() => {
    if (!language || code.length > MOST || last.current.code === code) return;
    const due = last.current.at + Math.max(PAUSE_MS, last.current.cost * SHARE);
    const wait = growing ? Math.max(0, due - performance.now()) : 0;
    const timer = setTimeout(() => idle(() => colour()), wait);
    let gone = false;
    const colour = async () => {
      const hljs = await load();
      if (gone || !hljs?.getLanguage(language)) return;
      const start = performance.now();
      const html = hljs.highlight(code, { language, ignoreIllegals: true }).value;
      last.current = { at: performance.now(), cost: performance.now() - start, code };
      startTransition(() => setColoured({ html, size: code.length, code }));
    };
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [code, language, growing]);
  return coloured.code && code.startsWith(coloured.code) ? coloured : NONE;
}

const idle = (run) =>
  typeof requestIdleCallback === "function" ? requestIdleCallback(run, { timeout: 300 }) : setTimeout(run, 0);
