// What was found, as the server told it: the first few results, and a page's many.

const hitOf = ([kind, path, title, snippet, at, archived, who, name]) =>
  ({ kind, path, title, snippet, at, archived: Boolean(archived), who, name });

export function createResults() {
  const readers = new Set();
  const nothing = { text: null, hits: [], hints: [], cursor: "", models: [] };
  let shown = nothing;
  return { take, get: () => shown, atFirst: () => nothing, subscribe };

  /** A page of results, or the names of models, as `pushes.py` sends them. */
  function take(told) {
    if (told.models) shown = { ...shown, models: told.models };
    else if (told.behind) {
      if (told.text !== shown.text || told.behind !== shown.cursor) return; // of another search
      shown = { ...shown, hits: [...shown.hits, ...told.hits.map(hitOf)], cursor: told.cursor };
    } else {
      const { text, hints, cursor } = told;
      shown = { ...shown, text, hints, cursor, hits: told.hits.map(hitOf) };
    }
    readers.forEach((tell) => tell());
  }

  function subscribe(tell) {
    readers.add(tell);
    return () => readers.delete(tell);
  }
}

export const searchStore = createResults();
