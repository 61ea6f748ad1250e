// The field in the sidebar. While there is something in it, what is found stands in place of the list.
import { useEffect, useRef, useState } from "react";
import { Link, useNavigate } from "react-router";
import { SearchField } from "./search_field.jsx";
import { SearchResults, useResults } from "./search_results.jsx";

const TYPING_MS = 150;

export function SearchBox({ onLook, onModels, operators }) {
  const [text, setText] = useState("");
  const found = useResults();
  const box = useRef(null);
  const navigate = useNavigate();
  const query = text.trim();
  const asked = useModels(found.models, onModels);
  const here = useKept(found, text);
  useLater(text, () => query && onLook(text));

  const all = `/search?q=${encodeURIComponent(query)}`;
  const enter = () => query && navigate(all);
  return (
    <div className="search" data-active={Boolean(query)} ref={box}>
      <SearchField label="Search chats" models={found.models} onChange={setText}
        onDown={() => box.current.querySelector("a")?.focus()} onEnter={enter} onModels={asked}
        operators={operators} placeholder="Search chats" value={text} />
      {query ? (
        <section aria-busy={here.text !== text} aria-label="Search results" className="search-found">
          {here.text === null ? [0, 1, 2].map((n) => <div className="skeleton" key={n} />) : null}
          {here.hints.map((hint) => <p className="empty" key={hint}>{hint}</p>)}
          {here.text !== null && !here.hits.length && !here.hints.length ? (
            <p className="empty">Nothing was found. Try fewer words, or only their beginnings.</p>
          ) : null}
          <SearchResults hits={here.hits} onLeave={() => box.current.querySelector("input").focus()} />
          {here.hits.length ? <Link className="button quiet small" data-closes-sidebar="" to={all}>See all results</Link> : null}
        </section>
      ) : null}
      <div aria-live="polite" className="visually-hidden">
        {query && here.text === text ? `${here.hits.length || "No"} results` : ""}
      </div>
    </div>
  );
}

/** What was found for this field; until there is more, what was found before. */
function useKept(found, text) {
  const kept = useRef({ text: null, hits: [], hints: [] });
  if (!text.trim()) kept.current = { text: null, hits: [], hints: [] };
  else if (found.text === text) kept.current = found;
  return kept.current;
}

/** Runs when a text has not changed for a moment. */
function useLater(text, run) {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    const timer = setTimeout(() => latest.current(), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
}

/** Asks once for the names of the models. */
export function useModels(models, ask) {
  const asked = useRef(false);
  return () => {
    if (asked.current || models.length) return;
    asked.current = true;
    ask();
  };
}
