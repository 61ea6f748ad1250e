// Runs a page or a picture that was written as code, in a frame that reaches neither the app nor
// the network: see api/preview.py.
import { useRef } from "react";

const PICTURE = `<!doctype html><meta charset="utf-8"><style>
body { display: grid; place-items: center; min-height: 100vh; margin: 0 } svg { max-width: 100%; height: auto }
</style>`;

export const canTry = (language, code) => /^(x?html?|svg)$/i.test(language) || isPicture(language, code);

const isPicture = (language, code) =>
  /^svg$/i.test(language) || (/^xml$/i.test(language) && /^(\s|<\?[^>]*>|<!--[\s\S]*?-->|<!DOCTYPE[^>]*>)*<svg[\s>]/i.test(code));

export function Trial({ code, language }) {
  const sent = useRef(false);
  // It loads again when the code has replaced it, and might go elsewhere: it gets the code once.
  const send = ({ currentTarget }) => {
    if (sent.current) return;
    sent.current = true;
    currentTarget.contentWindow.postMessage({ code: isPicture(language, code) ? PICTURE + code : code }, "*");
  };
  return (
    <iframe className="text-trial" key={code} onLoad={send} referrerPolicy="no-referrer" sandbox="allow-scripts"
      src="/preview" title={`Preview of ${language}`} />
  );
}
