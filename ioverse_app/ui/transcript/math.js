// The formula renderer: fetched only for messages that have formulas.
import rehypeKatex from "rehype-katex";
import remarkMath from "remark-math";
import "katex/dist/katex.min.css";

const KATEX = { errorColor: "var(--red-11)", maxExpand: 500, maxSize: 20, strict: false, trust: false };

export const math = {
  name: "katex",
  type: "math",
  remarkPlugin: [remarkMath, { singleDollarTextMath: false }],
  rehypePlugin: [rehypeKatex, KATEX],
};
