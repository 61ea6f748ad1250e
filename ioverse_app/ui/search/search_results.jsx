// Results of a search: one link each, which opens the chat at the message.
import { useSyncExternalStore } from "react";
import { Archive, FileText, MessageSquare } from "lucide-react";
import { Link } from "react-router";
import { refs } from "$/utils/state";
import { searchStore } from "./search_store.js";

refs.search = { current: { set value(told) { searchStore.take(told); } } };

export const useResults = () => useSyncExternalStore(searchStore.subscribe, searchStore.get, searchStore.atFirst);

export function SearchResults({ hits, onLeave }) {
  const pressed = (event) => {
    const links = [...event.currentTarget.querySelectorAll("a")];
    const at = links.indexOf(event.target.closest("a"));
    if (event.key === "ArrowDown") links[Math.min(at + 1, links.length - 1)]?.focus();
    else if (event.key === "ArrowUp" && at > 0) links[at - 1].focus();
    else if (event.key === "ArrowUp" || event.key === "Escape") onLeave?.();
    else return;
    event.preventDefault();
  };
  return (
    <ul className="search-hits" onKeyDown={pressed}>
      {hits.map((hit) => (
        <li key={hit.path + hit.kind + hit.name}><Hit hit={hit} /></li>
      ))}
    </ul>
  );
}

function Hit({ hit }) {
  const moment = new Date(hit.at);
  return (
    <Link className="search-hit" data-closes-sidebar="" to={hit.path}>
      <span className="title"><Marked pieces={hit.title} /></span>
      {hit.snippet.length ? <span className="snippet" dir="auto"><Marked pieces={hit.snippet} /></span> : null}
      <span className="about">
        {hit.kind === "attachment" ? <FileText /> : hit.kind === "title" ? <MessageSquare /> : null}
        {hit.archived ? <Archive aria-label="Archived" role="img" /> : null}
        <span>{[hit.kind === "title" ? "Chat" : hit.name || hit.who].filter(Boolean).join(" · ")}</span>
        <time dateTime={moment.toISOString()} title={moment.toLocaleString("en", { dateStyle: "long", timeStyle: "short" })}>
          {dayOf(moment)}
        </time>
      </span>
    </Link>
  );
}

const Marked = ({ pieces }) =>
  pieces.map(([text, isMatch], i) => (isMatch ? <mark key={i}>{text}</mark> : <span key={i}>{text}</span>));

function dayOf(moment) {
  const today = new Date();
  if (moment.toDateString() === today.toDateString())
    return moment.toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hour12: false });
  const year = moment.getFullYear() === today.getFullYear() ? undefined : "numeric";
  return moment.toLocaleDateString("en", { day: "numeric", month: "short", year });
}
