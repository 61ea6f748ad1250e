// The commands that complete what is typed in the composer, in a list above it.
import { useEffect, useId, useRef, useState } from "react";

const NAME = /^\/(\w*)$/; // a name is being typed
const CALLED = /^\/(\w+)\s/; // what follows it is being typed

/** The field keeps its role and its focus; the list is told of by aria-activedescendant. */
export function SlashMenu({ commands }) {
  const id = useId();
  const place = useRef(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const found = matching(commands, text);
  const hint = found.length ? null : called(commands, text);
  const now = useRef(null);
  now.current = { found, at, text };

  const close = () => setText("");
  const take = (command) => {
    const field = fieldAt(place.current);
    field.value = `/${command.name}${command.usage.includes(" ") ? " " : ""}`;
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    close();
    if (field.value.endsWith(" ")) setText(field.value);
  };

  useEffect(() => {
    const field = fieldAt(place.current);
    const stop = new AbortController();
    const listening = { signal: stop.signal };
    const typed = () => {
      setText(field.value.startsWith("/") ? field.value : "");
      setAt(0);
    };
    const pressed = (event) => {
      const { found, at, text } = now.current;
      if (!found.length || event.isComposing || event.shiftKey) {
        if (event.key === "Escape" && text) close();
        return;
      }
      switch (event.key) {
        case "ArrowDown":
          setAt((at + 1) % found.length);
          break;
        case "ArrowUp":
          setAt((at + found.length - 1) % found.length);
          break;
        case "Enter":
          if (isNamed(found[at], text)) return close(); // it is whole: send it
          take(found[at]);
          break;
        case "Tab":
          take(found[at]);
          break;
        case "Escape":
          close();
          break;
        default:
          return;
      }
      event.preventDefault();
      event.stopPropagation();
    };
    field.addEventListener("input", typed, listening);
    field.addEventListener("keydown", pressed, listening);
    field.addEventListener("blur", close, listening);
    field.addEventListener("focus", typed, listening);
    document.addEventListener("composer:sent", close, listening);
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-haspopup", "listbox");
    return () => stop.abort();
  }, []);

  const open = found.length > 0;
  const active = open ? `${id}-${found[at]?.name}` : null;
  useEffect(() => {
    const field = fieldAt(place.current);
    set(field, "aria-controls", open ? id : null);
    set(field, "aria-activedescendant", active);
    if (active) document.getElementById(active)?.scrollIntoView({ block: "nearest" });
  }, [open, active]);

  return (
    <div className="slash-place" ref={place}>
      {open && (
        <ul aria-label="Commands" className="slash-menu" id={id} role="listbox">
          {found.map((command, index) => (
            <li aria-selected={index === at} id={`${id}-${command.name}`} key={command.name} onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(command)} onMouseMove={() => index !== at && setAt(index)} role="option">
              <code>{command.usage}</code>
              <span>{command.help}</span>
            </li>
          ))}
        </ul>
      )}
      {hint && (
        <p className="slash-menu slash-hint">
          <code>{hint.usage}</code>
          <span>{hint.help}</span>
        </p>
      )}
      <div aria-live="polite" className="visually-hidden">
        {open ? `${found.length} ${found.length === 1 ? "command" : "commands"}` : ""}
      </div>
    </div>
  );
}

const fieldAt = (place) => place.parentElement.querySelector("textarea.composer-field");

const set = (field, name, value) => (value ? field.setAttribute(name, value) : field.removeAttribute(name));

const namesOf = ({ name, aliases }) => [name, ...aliases];

const isNamed = (command, text) => namesOf(command).includes(text.slice(1).toLowerCase());

const called = (commands, text) => {
  const name = text.match(CALLED)?.[1].toLowerCase();
  return commands.find((command) => namesOf(command).includes(name));
};

/** Those whose name begins so, and then those with another name that does. */
function matching(commands, text) {
  const begun = text.match(NAME)?.[1].toLowerCase();
  if (begun === undefined) return [];
  const byName = commands.filter(({ name }) => name.startsWith(begun));
  const others = commands.filter(({ name, aliases }) => !name.startsWith(begun) && aliases.some((alias) => alias.startsWith(begun)));
  return [...byName, ...others];
}
