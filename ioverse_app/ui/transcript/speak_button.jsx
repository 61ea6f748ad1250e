// Reads a message aloud with the browser's own voices.
import { useEffect, useState } from "react";
import { texts } from "./store.js";

const CODE = /```[\s\S]*?```/g;
const MARKS = /[*_`#>|~]|\[(?=[^\]]*\]\()|\]\([^)]*\)/g;

/** The words of a Markdown text, without its marks; blocks of code are left out. */
const spoken = (text) => text.replace(CODE, " ").replace(MARKS, "");

export function SpeakButton({ messageId, className = "icon-button" }) {
  const [speaking, setSpeaking] = useState(false);
  useEffect(() => () => speaking && speechSynthesis.cancel(), [speaking]);
  if (typeof speechSynthesis === "undefined") return null;
  const toggle = () => {
    speechSynthesis.cancel();
    if (speaking) return setSpeaking(false);
    const utterance = new SpeechSynthesisUtterance(spoken(texts.get(messageId)));
    utterance.onend = utterance.onerror = () => setSpeaking(false);
    speechSynthesis.speak(utterance);
    return setSpeaking(true);
  };
  const label = speaking ? "Stop reading" : "Read aloud";
  return (
    <button aria-label={label} aria-pressed={speaking} className={className} onClick={toggle} title={label} type="button">
      <svg aria-hidden="true" fill="none" height="16" stroke="currentColor" strokeLinecap="round"
        strokeLinejoin="round" strokeWidth="2" viewBox="0 0 24 24" width="16">
        {speaking ? <path d="M7 7h10v10H7z" /> : <path d="M11 5 6 9H2v6h4l5 4zM16 9a4 4 0 0 1 0 6M19 6a8 8 0 0 1 0 12" />}
      </svg>
    </button>
  );
}
