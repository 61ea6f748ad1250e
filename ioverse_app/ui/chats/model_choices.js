// Which models the picker shows, and in which order: plain functions, without a page.

export const RECENT = "Recently used";
const FEW = 5; // So few need no shortcut to the last ones.

/** The groups, each model with its provider and the words that it is found by. */
export function choicesOf(groups) {
  return groups.map(({ label, models }) => ({
    label,
    models: models.map((model) => ({
      ...model,
      provider: label,
      found: `${model.label} ${model.ref} ${label}`.toLowerCase(),
    })),
  }));
}

/** The groups with what matches every typed word; with none typed, what was used last comes first. */
export function matching(groups, recent, typed) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return withRecent(groups, recent);
  return filtered(groups, ({ found }) => words.every((word) => found.includes(word)));
}

function withRecent(groups, recent) {
  const byRef = new Map(groups.flatMap((group) => group.models).map((model) => [model.ref, model]));
  const last = recent.map((ref) => byRef.get(ref)).filter(Boolean);
  if (!last.length || byRef.size <= FEW) return groups;
  const rest = filtered(groups, (model) => !last.includes(model));
  return [{ label: RECENT, models: last }, ...rest];
}

function filtered(groups, keep) {
  return groups.map((group) => ({ ...group, models: group.models.filter(keep) })).filter((group) => group.models.length);
}
