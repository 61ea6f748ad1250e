// The caret of a growing text: it stands behind the last word, and blinks only while it waits.

const WAITING_MS = 700;
const ENDS = ".katex, button, input, img"; // Nothing can be written inside these.
const carets = new WeakMap();

/** Puts the caret of a message where its text ends now. */
export function placeCaret(root) {
  const caret = carets.get(root) ?? { end: null, timer: null };
  carets.set(root, caret);
  const end = endOf(root);
  if (end !== caret.end) removeCaret(root);
  caret.end = end;
  if (end.dataset.caret !== "still") end.dataset.caret = "still";
  clearTimeout(caret.timer);
  caret.timer = setTimeout(() => (end.dataset.caret = "blinking"), WAITING_MS);
}

export function removeCaret(root) {
  const caret = carets.get(root);
  if (!caret) return;
  clearTimeout(caret.timer);
  caret.end?.removeAttribute("data-caret");
}

function endOf(root) {
  let end = root;
  for (let last = end.lastElementChild; last && !last.matches(ENDS) && !textAfter(end); last = end.lastElementChild)
    end = last;
  return end;
}

const textAfter = ({ lastChild }) => lastChild.nodeType === Node.TEXT_NODE && lastChild.data.trim() !== "";
