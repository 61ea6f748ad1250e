// The field of the palette and the lines below it: arrows choose, Enter does, the pointer may too.
import { useEffect, useMemo, useRef, useState } from "react";
import { Keys } from "./keys.jsx";
import { groupsFor } from "./sources.js";

const PAUSE_MS = 120; // of typing, before the server is asked

export function Search({ found, onChoose, onSearch }) {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef(null);
  const groups = useMemo(() => groupsFor(typed, found), [typed, found]);
  const lines = groups.flatMap((group) => group.lines);
  const chosen = Math.min(at, lines.length - 1);

  useEffect(() => {
    if (!typed.trim()) return undefined;
    const timer = setTimeout(() => onSearch(typed), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  useEffect(() => {
    list.current.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [chosen, groups]);

  const pressed = (event) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    const last = lines.length - 1;
    const to = {
      ArrowDown: chosen < last ? chosen + 1 : 0, ArrowUp: chosen > 0 ? chosen - 1 : last,
      PageDown: Math.min(chosen + 8, last), PageUp: Math.max(chosen - 8, 0),
    }[event.key];
    if (to !== undefined) setAt(to);
    else if (event.key !== "Enter") return;
    else if (lines[chosen]) onChoose(lines[chosen]);
    event.preventDefault();
  };
  let index = -1;
  return (
    <>
      <input aria-activedescendant={lines.length ? `palette-${chosen}` : undefined} aria-autocomplete="list"
        aria-controls="palette-lines" aria-expanded={lines.length > 0} aria-label="Search chats and actions" autoComplete="off"
        autoFocus className="palette-field" dir="auto" enterKeyHint="go" maxLength={200}
        onChange={(event) => (setTyped(event.target.value), setAt(0))} onKeyDown={pressed}
        placeholder="Search chats and actions" role="combobox" spellCheck={false} type="text" value={typed} />
      <div aria-label="Found" className="palette-lines" id="palette-lines" ref={list} role="listbox" tabIndex={-1}>
        {groups.map((group) => (
          <div aria-label={group.name} key={group.name} role="group">
            <div aria-hidden="true" className="palette-group">{group.name}</div>
            {group.lines.map((line) => {
              const mine = (index += 1);
              return (
                <div aria-selected={mine === chosen} className="palette-line" id={`palette-${mine}`} key={line.key}
                  onClick={() => onChoose(line)} onPointerMove={() => setAt(mine)} role="option">
                  <span dir="auto">{line.title}</span>
                  {line.note ? <small dir="auto">{line.note}</small> : null}
                  {line.hint ? <Keys keys={line.hint} /> : null}
                </div>
              );
            })}
          </div>
        ))}
      </div>
      <p aria-live="polite" className={lines.length ? "visually-hidden" : "palette-none"}>
        {lines.length ? (typed ? `${lines.length} found` : "") : "Nothing is called that."}
      </p>
    </>
  );
}
