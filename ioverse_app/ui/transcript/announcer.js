// Says once, politely, that an answer is finished: a screen reader must not hear every word of it.

let region = null;

export const announceIn = (element) => {
  region = element;
  return () => {
    if (region === element) region = null;
  };
};

export function announceAnswer(text) {
  if (!region) return;
  const line = text.replace(/```[\s\S]*?(```|$)/g, "").split("\n").find((each) => /^[^#|>\s-].{20}/.test(each)) ?? "";
  const [first = ""] = line.replace(/[*_`]/g, "").match(/^.{1,160}?[.!?](?=\s|$)/) ?? [];
  region.textContent = `Answer finished. ${first}`.trim();
}
