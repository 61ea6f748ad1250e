// What a model's HTML and links may do on the page: a strict list, and nothing else.
import { defaultRehypePlugins } from "streamdown";

const rehypeRaw = defaultRehypePlugins.raw;
const [rehypeSanitize] = defaultRehypePlugins.sanitize;

const TAGS = `a b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img input ins
  kbd li mark ol p pre q s samp section small span strong sub summary sup table tbody td tfoot th
  thead tr u ul var`.split(/\s+/);

const SCHEMA = {
  strip: ["script", "style", "template", "title", "noscript", "textarea", "select", "iframe"],
  tagNames: TAGS,
  attributes: {
    a: ["href", "title", "dataFootnoteRef", "dataFootnoteBackref", "ariaLabel"],
    code: [["className", /^language-./, "math-inline", "math-display"], "metastring"],
    details: ["open"],
    h2: [["className", "sr-only"]],
    img: ["src", "alt", "title", "width", "height"],
    input: [["type", "checkbox"], "checked", ["disabled", true]],
    li: ["value", ["className", "task-list-item"]],
    ol: ["start", ["className", "contains-task-list"]],
    section: ["dataFootnotes", ["className", "footnotes"]],
    td: ["align", "colSpan", "rowSpan"],
    th: ["align", "colSpan", "rowSpan"],
    ul: [["className", "contains-task-list"]],
    "*": ["dir", ["id", /^note-/]],
  },
  required: { input: { type: "checkbox", disabled: true } },
  protocols: { href: ["http", "https", "mailto"], src: ["http", "https"] },
  ancestors: { li: ["ol", "ul"], td: ["table"], th: ["table"], tr: ["table"], tbody: ["table"], thead: ["table"] },
  clobber: [],
};

/** Parses HTML only in the blocks that have some: it costs more than the markdown. */
function rehypeRawWhereNeeded() {
  const parse = rehypeRaw();
  const isRaw = (node) => node.type === "raw" || node.children?.some(isRaw);
  return (tree, file) => (isRaw(tree) ? parse(tree, file) : tree);
}

/** Each block of a text begins where its own letters do; what is inside it goes along. */
function rehypeDirection() {
  return (tree) => {
    for (const { type, properties } of tree.children) if (type === "element") properties.dir ??= "auto";
  };
}

// The first entry is switched off; Streamdown looks for it to know that HTML is dealt with here.
export const rehypePlugins = [[rehypeRaw, false], rehypeRawWhereNeeded, [rehypeSanitize, SCHEMA], rehypeDirection];

const OWN_IMAGES = ["/api/files/", "/api/images/"];

/** Where an image would come from: "own" may be shown at once, a host only when asked for. */
export function imageSource(src, origin) {
  try {
    const url = new URL(src, origin);
    if (!/^https?:$/.test(url.protocol)) return null;
    const own = url.origin === origin && OWN_IMAGES.some((path) => url.pathname.startsWith(path));
    return { url: url.href, own, host: url.host };
  } catch {
    return null;
  }
}
