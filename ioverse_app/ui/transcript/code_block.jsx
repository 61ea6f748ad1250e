// A block of code: its language, what can be done with it, and colours when it has settled. A
// finished diagram is drawn, and a page or a picture can be tried.
import { useState } from "react";
import { useIsCodeFenceIncomplete } from "streamdown";
import { useColours } from "./colours.js";
import { CopyButton } from "./copy_button.jsx";
import { Diagram } from "./diagram.jsx";
import { canTry, Trial } from "./trial.jsx";

export function CodeBlock({ children }) {
  const { className = "" } = children?.props ?? {};
  const growing = useIsCodeFenceIncomplete();
  const [turned, setTurned] = useState(false); // Whether the reader chose the other view.
  const [wide, setWide] = useState(false);
  const [failed, setFailed] = useState("");
  const language = /language-(\S+)/.exec(className)?.[1] ?? "";
  const code = textOf(children).replace(/\n$/, "");
  const isDiagram = language === "mermaid" && !growing && failed !== code;
  const tries = !growing && turned && canTry(language, code);
  const draws = isDiagram && !turned;
  const source = <Source code={code} growing={growing} language={language} />;
  return (
    <figure className="text-code" data-wide={(tries && wide) || undefined} dir="ltr">
      <figcaption>
        <span>{language || "text"}</span>
        {isDiagram ? <Turn on={turned} onTurn={setTurned}>Show source</Turn> : null}
        {tries ? <Turn on={wide} onTurn={setWide}>Full width</Turn> : null}
        {!growing && canTry(language, code) ? <Turn on={turned} onTurn={setTurned}>Preview</Turn> : null}
        <CopyButton label="Copy code" read={() => code} />
      </figcaption>
      {failed === code && language === "mermaid" ? (
        <p className="text-note">This diagram could not be drawn. Here is its source.</p>
      ) : null}
      {draws ? <Diagram code={code} onFailed={() => setFailed(code)}>{source}</Diagram> : null}
      {tries ? <Trial code={code} language={language} /> : null}
      {draws || tries ? null : source}
    </figure>
  );
}

function Source({ code, growing, language }) {
  const { html, size } = useColours(code, language, growing);
  return (
    <pre tabIndex={0}>
      <code>
        {html ? <span dangerouslySetInnerHTML={{ __html: html }} /> : null}
        {html ? code.slice(size) : code}
      </code>
    </pre>
  );
}

function Turn({ children, on, onTurn }) {
  return (
    <button aria-pressed={on} className="text-turn" onClick={() => onTurn(!on)} type="button">{children}</button>
  );
}

function textOf(node) {
  if (Array.isArray(node)) return node.map(textOf).join("");
  return node?.props ? textOf(node.props.children) : String(node ?? "");
}
