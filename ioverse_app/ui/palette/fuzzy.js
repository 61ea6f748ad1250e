// How well a title answers to what was typed: every word of it in the title, or its letters in order.

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** 0 if it does not; the more, the better. */
export function score(typed, title, more = "") {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  const text = plain(title);
  let sum = 1;
  for (const word of words) {
    const found = scoreOf(word, text) || (plain(more).includes(word) ? 1 : 0);
    if (!found) return 0;
    sum += found;
  }
  return sum;
}

function scoreOf(word, text) {
  const at = text.indexOf(word);
  if (at === 0) return 8;
  if (at > 0) return /[\p{L}\p{N}]/u.test(text[at - 1]) ? 4 : 6;
  return word.length > 2 && inOrder(word, text) ? 2 : 0;
}

/** Whether the letters stand in the text in this order, close to each other. */
function inOrder(word, text) {
  let from = -1;
  let first = -1;
  for (const letter of word) {
    from = text.indexOf(letter, from + 1);
    if (from < 0) return false;
    if (first < 0) first = from;
  }
  return from - first < word.length * 3;
}
