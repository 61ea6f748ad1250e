// Mermaid, fetched with the first diagram. https://mermaid.js.org/config/schema-docs/config.html
import mermaid from "mermaid";

const CONFIG = {
  startOnLoad: false,
  securityLevel: "strict",
  suppressErrorRendering: true,
  htmlLabels: false,
  flowchart: { htmlLabels: false, useMaxWidth: false },
  maxTextSize: 30_000,
  maxEdges: 300,
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  // What a diagram may not set for itself.
  secure: ["secure", "securityLevel", "startOnLoad", "maxTextSize", "maxEdges", "suppressErrorRendering",
    "htmlLabels", "theme", "themeCSS", "fontFamily", "altFontFamily", "dompurifyConfig"],
};

const TAGS = new Set(`svg g path rect circle ellipse line polyline polygon text tspan textpath defs marker clippath mask
  pattern lineargradient radialgradient stop filter fedropshadow fegaussianblur feoffset feflood fecomposite femerge
  femergenode title desc style symbol use switch a foreignobject div span p br b i em strong code ul ol li`.split(/\s+/));

let count = 0;
let last = Promise.resolve();

/** The diagram as an SVG element; one after the other, since Mermaid has one configuration. */
export function draw(code, dark) {
  const drawing = last.then(() => drawNow(code, dark));
  last = drawing.catch(() => {});
  return drawing;
}

async function drawNow(code, dark) {
  const place = document.createElement("div");
  place.className = "only-heard"; // It is measured in the page.
  place.ariaHidden = "true";
  document.body.append(place);
  try {
    mermaid.initialize({ ...CONFIG, theme: dark ? "dark" : "neutral" });
    const { svg } = await mermaid.render(`diagram-${(count += 1)}`, code, place);
    return cleaned(svg);
  } finally {
    place.remove();
  }
}

/** Mermaid sanitises what it draws; this leaves only what a drawing needs, and nothing that loads. */
function cleaned(text) {
  const svg = new DOMParser().parseFromString(text, "text/html").querySelector("svg");
  for (const element of [svg, ...svg.querySelectorAll("*")]) {
    if (TAGS.has(element.localName.toLowerCase())) clean(element);
    else element.remove();
  }
  svg.removeAttribute("height");
  const [, , width] = (svg.getAttribute("viewBox") ?? "").split(/[\s,]+/).map(Number);
  if (width) svg.setAttribute("width", Math.ceil(width));
  svg.style.removeProperty("max-width");
  return document.adoptNode(svg);
}

function clean(element) {
  const link = element.localName === "a";
  for (const { name, value } of [...element.attributes]) {
    const refers = /^(xlink:)?href$/i.test(name);
    const fine = refers ? value.startsWith("#") || (link && /^https?:/i.test(value)) : !/^on|^src|^style$/i.test(name) && !loads(value);
    if (!fine && !(name === "style" && !loads(value))) element.removeAttribute(name);
  }
  if (link) {
    element.setAttribute("target", "_blank");
    element.setAttribute("rel", "noopener noreferrer");
  }
  if (element.localName === "style")
    element.textContent = element.textContent.replace(/@import[^;]*;?/gi, "").replace(/url\((?!\s*["']?#)[^)]*\)/gi, "none");
}

const loads = (value) => /url\((?!\s*["']?#)|@import|image-set|expression\(/i.test(value);
