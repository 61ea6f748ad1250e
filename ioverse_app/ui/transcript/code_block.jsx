// A block of code: its language, a button that copies it, and colours when it has settled.
import { useEffect, useRef, useState } from "react";
import { useIsCodeFenceIncomplete } from "streamdown";
import { useColours } from "./colours.js";

export function CodeBlock({ children }) {
  const { className = "" } = children?.props ?? {};
  const growing = useIsCodeFenceIncomplete();
  const language = /language-(\S+)/.exec(className)?.[1] ?? "";
  const code = textOf(children).replace(/\n$/, "");
  const { html, size } = useColours(code, language, growing);
  return (
    <figure className="text-code">
      <figcaption>
        <span>{language || "text"}</span>
        <CopyButton text={code} />
      </figcaption>
      <pre tabIndex={0}>
        <code>
          {html ? <span dangerouslySetInnerHTML={{ __html: html }} /> : null}
          {html ? code.slice(size) : code}
        </code>
      </pre>
    </figure>
  );
}

function textOf(node) {
  if (Array.isArray(node)) return node.map(textOf).join("");
  return node?.props ? textOf(node.props.children) : String(node ?? "");
}

const TICK_MS = 2500;

function CopyButton({ text }) {
  const [copied, setCopied] = useState(false);
  const timer = useRef(null);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    await copyText(text);
    setCopied(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setCopied(false), TICK_MS);
  };
  return (
    <button aria-label="Copy code" data-copied={copied || undefined} onClick={copy} title="Copy code" type="button">
      <svg aria-hidden="true" fill="none" height="16" stroke="currentColor" strokeLinecap="round"
        strokeLinejoin="round" strokeWidth="2" viewBox="0 0 24 24" width="16">
        {copied ? (
          <path d="M20 6 9 17l-5-5" />
        ) : (
          <path d="M9 9h11v11H9zM5 15H4V4h11v1" />
        )}
      </svg>
    </button>
  );
}

/** The clipboard needs a secure page; on plain http a hidden field has to do. */
async function copyText(text) {
  if (navigator.clipboard?.writeText) return navigator.clipboard.writeText(text);
  const field = Object.assign(document.createElement("textarea"), { value: text });
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
