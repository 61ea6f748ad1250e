// A block of code: its language, a button that copies it, and colours when it has settled.
import { useIsCodeFenceIncomplete } from "streamdown";
import { useColours } from "./colours.js";
import { CopyButton } from "./copy_button.jsx";

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
        <CopyButton label="Copy code" read={() => code} />
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
