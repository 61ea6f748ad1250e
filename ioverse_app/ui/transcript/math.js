// The formula renderer: fetched only for messages that have formulas.
import rehypeKatex from "rehype-katex";
import remarkMath from "remark-math";
import "katex/dist/katex.min.css";

const KATEX = { errorColor: "var(--gray-12)", maxExpand: 500, maxSize: 20, strict: false, trust: false };
const NOTE = "This formula could not be read.";

/** KaTeX, which shows the source of what it cannot read; a quiet sentence says so. */
function rehypeFormulas() {
  const draw = rehypeKatex(KATEX);
  return (tree, file) => {
    draw(tree, file);
    explain(tree);
  };
}

function explain(node) {
  const { children } = node;
  if (!children) return;
  const broken = children.filter((child) => child.properties?.className?.includes("katex-error"));
  for (const child of children) if (!broken.includes(child)) explain(child);
  if (!broken.length) return;
  node.children = children.flatMap((child) => {
    if (!broken.includes(child)) return [child];
    const source = { type: "element", tagName: "code", properties: {}, children: child.children };
    const note = { type: "element", tagName: "small", properties: { className: ["text-note"] }, children: [{ type: "text", value: NOTE }] };
    return [source, { type: "text", value: " " }, note];
  });
}

export const math = {
  name: "katex",
  type: "math",
  remarkPlugin: [remarkMath, { singleDollarTextMath: false }],
  rehypePlugin: rehypeFormulas,
};
