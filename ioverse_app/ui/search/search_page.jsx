// All results for what the address asks for: /search?q=
import { useEffect, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { useModels } from "./search_box.jsx";
import { SearchField } from "./search_field.jsx";
import { SearchResults, useResults } from "./search_results.jsx";

const ASK_AGAIN_MS = 3000;

export function SearchPage({ onModels, onMore, operators }) {
  const [address, setAddress] = useSearchParams();
  const [query, setQuery] = useState(null); // the page that was built beforehand knows no address
  const [text, setText] = useState("");
  const found = useResults();
  const asked = useModels(found.models, onModels);
  const page = useRef(null);
  const there = useAsked(query, found, onMore);
  useEffect(() => {
    setQuery(address.get("q") ?? "");
    setText(address.get("q") ?? "");
  }, [address]);

  const search = (wanted) => setAddress(wanted.trim() ? { q: wanted.trim() } : {});
  return (
    <div className="search-page" ref={page}>
      <div className="column">
        <SearchField label="Search" models={found.models} onChange={setText}
          onDown={() => page.current.querySelector(".search-hits a")?.focus()} onEnter={search} onModels={asked}
          operators={operators} placeholder="Search titles, messages and files" value={text} />
        {query ? (
          <section aria-busy={!there} aria-label="All results">
            {there ? <Found found={found} more={() => onMore(query, found.cursor)} /> : <Loading />}
          </section>
        ) : query === null ? null : (
          <Help onTake={(name) => setText(`${name}:`)} operators={operators} />
        )}
      </div>
    </div>
  );
}

function Found({ found, more }) {
  return (
    <>
      {found.hints.map((hint) => <p className="empty" key={hint}>{hint}</p>)}
      {found.hits.length ? <SearchResults hits={found.hits} /> : (
        <p className="empty">Nothing was found. Try fewer words, or only their beginnings.</p>
      )}
      {found.cursor ? <button className="button" onClick={more} type="button">Show more results</button> : null}
    </>
  );
}

function Help({ onTake, operators }) {
  return (
    <section aria-label="How to search" className="search-help">
      <p>Search finds words in the titles of your chats, in messages and in attachments.</p>
      <dl>
        <div><dt>{"\"a phrase\""}</dt><dd>Words in this order</dd></div>
        <div><dt>begin*</dt><dd>Words that begin so</dd></div>
        <div><dt>-word</dt><dd>Without this word</dd></div>
        {operators.map(([name, values, meaning]) => (
          <div key={name}>
            <dt><button onClick={() => onTake(name)} type="button">{name}:{values.join("|")}</button></dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Loading() {
  return [0, 1, 2, 3].map((n) => <div className="skeleton" key={n} />);
}

/** Asks for the results of a query, again while no answer comes; whether they are there. */
function useAsked(query, found, onMore) {
  const latest = useRef(onMore);
  latest.current = onMore;
  const there = useRef(false);
  there.current = found.text === query;
  useEffect(() => {
    if (!query) return undefined;
    const ask = () => latest.current(query, "");
    ask();
    const timer = setInterval(() => there.current || ask(), ASK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [query]);
  return there.current;
}
