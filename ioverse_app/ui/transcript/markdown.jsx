// Draws an answer's markdown with Streamdown, which keeps the finished blocks as they are.
// https://streamdown.ai/docs/configuration
import { memo, startTransition, useEffect, useLayoutEffect, useMemo, useState } from "react";
import { parseMarkdownIntoBlocks, Streamdown } from "streamdown";
import { CodeBlock } from "./code_block.jsx";
import { hasNotes, markMath } from "./marks.js";
import { leftOut, portionOf } from "./portion.js";
import { RemoteImage } from "./remote_image.jsx";
import { imageSource, rehypePlugins } from "./safe_html.js";

const PLAIN = `blockquote del em h1 h2 h3 h4 h5 h6 hr li ol p section strong sub sup tbody td
  th thead tr ul`.split(/\s+/);
const COMPONENTS = {
  ...Object.fromEntries(PLAIN.map((tag) => [tag, tag])),
  a: Link,
  code: "code",
  img: Image,
  input: Task,
  pre: CodeBlock,
  table: Table,
};
const SAFETY = { enabled: false };
const REPAIR = { katex: false, inlineKatex: false, linkMode: "text-only" };

export default memo(function Markdown({ text, streaming, id, onDrawn }) {
  const [portions, setPortions] = useState(1);
  const portion = useMemo(() => portionOf(text, portions), [text, portions]);
  const marked = useMemo(() => markMath(portion.text, streaming), [portion.text, streaming]);
  const plugins = useMath(marked.math);
  const whole = useMemo(() => !streaming && hasNotes(portion.text), [portion.text, streaming]);
  const notes = useMemo(() => ({ clobberPrefix: `note-${id}-` }), [id]);
  useLayoutEffect(onDrawn, [text]);
  return (
    <>
      <Streamdown
        components={COMPONENTS}
        controls={false}
        isAnimating={streaming}
        linkSafety={SAFETY}
        parseIncompleteMarkdown={streaming}
        plugins={plugins}
        rehypePlugins={rehypePlugins}
        parseMarkdownIntoBlocksFn={whole ? asOne : split}
        remarkRehypeOptions={whole ? notes : undefined}
        remend={REPAIR}
      >
        {marked.text}
      </Streamdown>
      <More onMore={() => setPortions(portions + 1)} portion={portion} />
    </>
  );
});

function More({ onMore, portion }) {
  const sentence = leftOut(portion);
  if (!sentence) return null;
  return (
    <p className="text-note text-more">
      {sentence} <button className="button small" onClick={onMore} type="button">Show more</button>
    </p>
  );
}

const asOne = (text) => [text];

/**
 * Streamdown draws a text with footnotes as one block, again at every word, and takes the [^a-z] of
 * a regular expression for one. So they are hidden from it, and drawn when the text has ended.
 */
function split(text) {
  if (!text.includes("[^")) return parseMarkdownIntoBlocks(text);
  let at = 0;
  const whole = text.replaceAll("\r\n", "\n");
  return parseMarkdownIntoBlocks(whole.replaceAll("[^", "(^")).map((block) => whole.slice(at, (at += block.length)));
}

let math;
let arrival = null;

/** The formula plugins, fetched with the first formula; until then it is shown as it was written. */
function fetchMath() {
  arrival ??= import("./math.js").then(
    (loaded) => (math = { math: loaded.math }),
    () => void (arrival = null),
  );
  return arrival;
}

function useMath(wanted) {
  const [plugins, setPlugins] = useState(math);
  useEffect(() => {
    if (wanted && !plugins) fetchMath().then(() => startTransition(() => setPlugins(math)));
  }, [wanted, plugins]);
  return wanted ? plugins : undefined;
}

/** Settles when everything is here that a text needs. */
export async function fetchFor(text) {
  if (markMath(portionOf(text).text).math) await fetchMath();
}

function Link({ node, href, children, ...rest }) {
  if (!href) return <span>{children}</span>;
  if (href.startsWith("#"))
    return <a {...rest} href={href} onClick={goToNote}>{children}</a>;
  return <a {...rest} href={href} rel="noopener noreferrer" target="_blank">{children}</a>;
}

/** A footnote is a jump within the page, not a new address. */
function goToNote(event) {
  event.preventDefault();
  const target = document.getElementById(decodeURIComponent(event.currentTarget.hash.slice(1)));
  target?.scrollIntoView({ block: "center" });
  target?.setAttribute("tabindex", "-1");
  target?.focus({ preventScroll: true });
}

/** Our own image; one from elsewhere waits for a click. */
function Image({ node, src, alt, title, width, height }) {
  const source = typeof window === "undefined" ? null : imageSource(src, window.location.origin);
  if (!source) return alt ? <span>{alt}</span> : null;
  if (!source.own) return <RemoteImage alt={alt ?? ""} host={source.host} url={source.url} />;
  return (
    <img alt={alt ?? ""} decoding="async" height={height} loading="lazy" src={source.url} title={title} width={width} />
  );
}

function Task({ node, checked, ...rest }) {
  return <input {...rest} aria-label={checked ? "Done" : "To do"} checked={Boolean(checked)} readOnly />;
}

function Table({ node, children, ...rest }) {
  return (
    <div aria-label="Table" className="text-table" role="region" tabIndex={0}>
      <table {...rest}>{children}</table>
    </div>
  );
}
