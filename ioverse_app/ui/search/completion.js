// Operators completed as one types: `fr` becomes `from:`, `from:a` becomes `from:assistant `.

const LEAST = 2; // letters, before a word may be the beginning of an operator
const MOST = 8;

/** What the word at the end of a text may become: `[{ text, label, meaning }]`. */
export function completions(text, operators, models, today) {
  const [, lead, minus, word] = text.match(/^([\s\S]*?)(-?)([^\s"]*)$/) ?? [];
  if (word === undefined || (lead && !/\s$/.test(lead))) return [];
  const [name, value] = word.toLowerCase().split(/:(.*)/s);
  if (value === undefined) {
    if (name.length < LEAST) return [];
    return operators
      .filter(([known]) => known.startsWith(name))
      .map(([known, , meaning]) => ({ text: `${lead}${minus}${known}:`, label: `${known}:`, meaning }));
  }
  const operator = operators.find(([known]) => known === name);
  if (!operator) return [];
  return valuesOf(operator, models, today)
    .filter((each) => each.toLowerCase().startsWith(value) && each.toLowerCase() !== value)
    .slice(0, MOST)
    .map((each) => ({ text: `${lead}${minus}${name}:${each} `, label: `${name}:${each}`, meaning: "" }));
}

function valuesOf([name, values], models, today) {
  if (name === "model") return models;
  if (name !== "before" && name !== "after") return values;
  const [year, month, day] = [today.getFullYear(), today.getMonth(), today.getDate()];
  const days = [0, 1, 7].map((back) => written(new Date(year, month, day - back)));
  const months = [0, 1].map((back) => written(new Date(year, month - back, 1)).slice(0, 7));
  return [...days, ...months, String(year), String(year - 1)];
}

const written = (date) =>
  [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
