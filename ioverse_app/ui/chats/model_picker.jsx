// The picker of models: a combobox that opens a list with a search field. All of it is in the page.
import { memo, useEffect, useId, useMemo, useRef, useState } from "react";
import { Popover } from "@radix-ui/themes";
import { Check, ChevronDown } from "lucide-react";
import { choicesOf, matching, RECENT } from "./model_choices.js";
import "./model_picker.css";

const PAGE = 10;
const HAS_KEYS = "(hover: hover) and (pointer: fine)";

/** The model of the chat. */
export function ModelPicker({ groups, recent, value, onChoose }) {
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const listId = useId();
  const chosen = useMemo(() => groups.flatMap((group) => group.models).find(({ ref }) => ref === value), [groups, value]);
  const pressed = (event) => {
    const isLetter = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!isLetter && event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    setTyped(isLetter ? event.key : "");
    setOpen(true);
  };
  const change = (opened) => {
    if (opened) setTyped("");
    setOpen(opened);
  };
  return (
    <Popover.Root onOpenChange={change} open={open}>
      <Popover.Trigger>
        <button aria-controls={open ? listId : undefined} aria-expanded={open} aria-haspopup="listbox" aria-label="Model"
          className="model-button" data-value={value} onKeyDown={pressed} role="combobox" title={chosen?.label} type="button">
          <span>{chosen?.label ?? "Choose a model"}</span>
          <ChevronDown aria-hidden="true" size={14} />
        </button>
      </Popover.Trigger>
      <Models groups={groups} listId={listId} onChoose={onChoose} recent={recent} setOpen={setOpen} typed={typed} value={value} />
    </Popover.Root>
  );
}

/** The way to do something once, with a model that is named now. */
export function WithModel({ groups, recent, label, onChoose }) {
  const [open, setOpen] = useState(false);
  const listId = useId();
  return (
    <Popover.Root onOpenChange={setOpen} open={open}>
      <Popover.Trigger>
        <button aria-expanded={open} aria-haspopup="listbox" aria-label={label} className="icon-button narrow" title={label} type="button">
          <ChevronDown aria-hidden="true" />
        </button>
      </Popover.Trigger>
      <Models groups={groups} listId={listId} onChoose={onChoose} recent={recent} setOpen={setOpen} typed="" value="" />
    </Popover.Root>
  );
}

function Models({ listId, setOpen, ...rest }) {
  const search = useRef(null);
  const focus = (event) => {
    event.preventDefault();
    // On a phone a focused field would bring the keyboard over the list.
    (matchMedia(HAS_KEYS).matches ? search.current : document.getElementById(listId))?.focus({ preventScroll: true });
  };
  return (
    <Popover.Content align="start" aria-label="Models" className="models" collisionPadding={12} onOpenAutoFocus={focus} sideOffset={6}>
      <Choices close={() => setOpen(false)} listId={listId} search={search} {...rest} />
    </Popover.Content>
  );
}

function Choices({ groups, recent, value, typed, listId, search, onChoose, close }) {
  const [words, setWords] = useState(typed);
  const all = useMemo(() => choicesOf(groups), [groups]);
  const shown = useMemo(() => matching(all, recent, words), [all, recent, words]);
  const open = useMemo(() => shown.flatMap((group) => group.models).filter((model) => !model.ended), [shown]);
  const [active, setActive] = useState(value);
  const at = Math.max(0, open.findIndex(({ ref }) => ref === active));
  const here = open[at]?.ref ?? "";
  const idOf = (ref) => `${listId}-${encodeURIComponent(ref)}`; // a name may have spaces

  useEffect(() => {
    const line = document.getElementById(idOf(value));
    const list = document.getElementById(listId);
    if (line) list.scrollTop = line.offsetTop - (list.clientHeight - line.offsetHeight) / 2;
  }, []);

  const go = (place) => {
    const next = open[Math.max(0, Math.min(open.length - 1, place))];
    if (!next) return;
    setActive(next.ref);
    document.getElementById(idOf(next.ref))?.scrollIntoView({ block: "nearest" });
  };
  const choose = (ref) => {
    close();
    onChoose(ref);
  };
  const latest = useRef(choose);
  latest.current = choose;
  const pressed = (event) => {
    if (event.nativeEvent.isComposing) return;
    const places = {
      ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: open.length - 1, PageDown: at + PAGE, PageUp: at - PAGE,
    };
    if (event.key in places) go(places[event.key]);
    else if (event.key === "Enter") here && choose(here);
    else return;
    event.preventDefault();
  };
  const filter = (event) => {
    setWords(event.currentTarget.value);
    setActive("");
    document.getElementById(listId).scrollTop = 0;
  };
  return (
    <div onKeyDown={pressed}>
      <input aria-activedescendant={here ? idOf(here) : undefined} aria-autocomplete="list" aria-controls={listId}
        aria-label="Search models" autoComplete="off" className="field" onChange={filter} placeholder="Search models"
        ref={search} spellCheck={false} type="search" value={words} />
      <div aria-activedescendant={here ? idOf(here) : undefined} aria-label="Models" className="model-list" id={listId}
        role="listbox" tabIndex={-1}>
        {shown.map((group) => (
          <div aria-label={group.label} key={group.label} role="group">
            <h3 aria-hidden="true">{group.label}</h3>
            {group.models.map((model) => (
              <Choice active={model.ref === here} chosen={model.ref === value} id={idOf(model.ref)} key={model.ref}
                latest={latest} model={model} withProvider={group.label === RECENT && groups.length > 1} />
            ))}
          </div>
        ))}
      </div>
      <p className="nothing" role="status">{shown.length ? "" : `No model is called “${words.trim()}”.`}</p>
    </div>
  );
}

const Choice = memo(function Choice({ model, id, active, chosen, latest, withProvider }) {
  const { ref, label, about, ends, ended, provider } = model;
  const choose = ended ? undefined : () => latest.current(ref);
  return (
    <div aria-describedby={`${id}-about`} aria-disabled={ended || undefined} aria-labelledby={`${id}-label`} aria-selected={chosen}
      className="model-choice" data-active={active} data-value={ref} id={id} onClick={choose} role="option">
      <span className="label" id={`${id}-label`}>{label}</span>
      {chosen ? <Check aria-hidden="true" size={16} /> : null}
      <span className="about" id={`${id}-about`}>
        {withProvider ? `${provider}${about || ends ? " · " : ""}` : ""}
        {about}
        {ends ? <>{about ? " · " : ""}<span className="ends">{ends}</span></> : null}
      </span>
    </div>
  );
});
