// A field that searches: operators are completed as one types, the arrows go through what is offered.
import { useEffect, useId, useRef, useState } from "react";
import { Search, X } from "lucide-react";
import { completions } from "./completion.js";

export function SearchField({ label, models, onChange, onDown, onEnter, onModels, operators, placeholder, value }) {
  const field = useRef(null);
  const list = useId();
  const [at, setAt] = useState(-1);
  const [closed, setClosed] = useState(true);
  const offered = closed ? [] : completions(value, operators, models, new Date());
  const chosen = Math.min(at, offered.length - 1);
  useEffect(() => setAt(-1), [value]);

  const change = (text) => {
    setClosed(false);
    onChange(text);
  };
  const take = (each) => {
    change(each.text);
    field.current.focus();
  };
  const pressed = (event) => {
    const { key } = event;
    if (event.nativeEvent.isComposing) return;
    if (key === "ArrowDown" || key === "ArrowUp") {
      if (offered.length) setAt((chosen + (key === "ArrowDown" ? 1 : offered.length)) % offered.length);
      else if (key === "ArrowDown") onDown?.();
      event.preventDefault();
    } else if ((key === "Enter" || key === "Tab") && chosen >= 0) {
      event.preventDefault();
      take(offered[chosen]);
    } else if (key === "Enter") {
      setClosed(true);
      onEnter?.(value);
    } else if (key === "Escape" && (offered.length || value)) {
      event.preventDefault(); // The drawer would take it as well.
      if (offered.length) setClosed(true);
      else change("");
    }
  };
  return (
    <div className="search-field" role="search">
      <Search aria-hidden="true" />
      <input aria-activedescendant={chosen >= 0 ? `${list}-${chosen}` : undefined} aria-autocomplete="list"
        aria-controls={offered.length ? list : undefined} aria-label={label} autoComplete="off"
        onBlur={() => setClosed(true)} onChange={(event) => change(event.target.value)} onFocus={onModels}
        onKeyDown={pressed} placeholder={placeholder} ref={field} spellCheck="false" type="search" value={value} />
      {value ? (
        <button aria-label="Clear search" className="icon-button" onClick={() => (onChange(""), field.current.focus())} type="button">
          <X />
        </button>
      ) : null}
      {offered.length ? (
        <ul aria-label="Search suggestions" className="search-offers" id={list} role="listbox">
          {offered.map((each, i) => (
            <li aria-selected={i === chosen} id={`${list}-${i}`} key={each.label} role="option"
              onMouseDown={(event) => (event.preventDefault(), take(each))}>
              <span>{each.label}</span>
              {each.meaning ? <small>{each.meaning}</small> : null}
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
