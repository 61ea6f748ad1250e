// A button that copies a text and says for a moment that it did.
import { useEffect, useRef, useState } from "react";
import { texts } from "./store.js";

const TICK_MS = 2500;

/** Copies what `read` returns at the moment of the click. */
export function CopyButton({ read, label, className }) {
  const [copied, setCopied] = useState(false);
  const timer = useRef(null);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    await copyText(read());
    setCopied(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setCopied(false), TICK_MS);
  };
  return (
    <button aria-label={label} className={className} data-copied={copied || undefined} onClick={copy}
      title={copied ? "Copied" : label} type="button">
      <svg aria-hidden="true" fill="none" height="16" stroke="currentColor" strokeLinecap="round"
        strokeLinejoin="round" strokeWidth="2" viewBox="0 0 24 24" width="16">
        {copied ? <path d="M20 6 9 17l-5-5" /> : <path d="M9 9h11v11H9zM5 15H4V4h11v1" />}
      </svg>
    </button>
  );
}

/** Copies a message as it was written, in Markdown. */
export function CopyMessage({ messageId, className = "icon-button" }) {
  return <CopyButton className={className} label="Copy" read={() => texts.get(messageId)} />;
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
