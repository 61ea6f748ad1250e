// How the pages look: the dialog to choose it, and what is stored with the person put into effect.
import { useContext, useEffect, useRef, useState } from "react";
import { Dialog } from "@radix-ui/themes";
import { X } from "lucide-react";
import { ColorModeContext } from "$/utils/context";
import "./appearance.css";

const THEMES = { system: "System", light: "Light", dark: "Dark" };
const DENSITIES = { comfortable: "Comfortable", compact: "Compact" };
const MOTIONS = { system: "As the system", reduce: "Reduced" };

let lastStored = ""; // A page that comes back must not bring back what was stored before.

export function Appearance({ stored, defaults, accents, sizes, onSave }) {
  const { rawColorMode: theme, setColorMode } = useContext(ColorModeContext);
  const [values, setValues] = useState({});
  const [open, setOpen] = useState(false);
  const now = { ...defaults, ...values, theme };

  const put = ({ theme: chosen, ...rest }) => {
    if (chosen) setColorMode(chosen);
    const kept = { ...window.ioverseAppearance.read(), ...rest };
    window.ioverseAppearance.write(kept);
    setValues(kept);
  };
  const choose = (changes) => {
    put(changes);
    onSave(changes);
  };
  const latest = useRef(null);
  latest.current = { choose, setColorMode };

  useEffect(() => setValues(window.ioverseAppearance.read()), [open]);
  useEffect(() => {
    const said = JSON.stringify(stored);
    if (said === "{}" || said === lastStored) return;
    lastStored = said;
    put(stored);
  }, [stored]);
  useEffect(() => {
    const clicked = ({ target }) => {
      const chosen = target.closest("[data-sets-theme]")?.dataset.setsTheme;
      if (chosen) latest.current.choose({ theme: chosen });
      // The menu that it stands in goes first, and takes the focus with it.
      else if (target.closest("[data-opens-appearance]")) setTimeout(() => setOpen(true), 0);
    };
    const elsewhere = ({ key, newValue }) => key === "theme" && newValue && latest.current.setColorMode(newValue);
    document.addEventListener("click", clicked);
    addEventListener("storage", elsewhere);
    return () => {
      document.removeEventListener("click", clicked);
      removeEventListener("storage", elsewhere);
    };
  }, []);

  const opened = (event) => {
    event.preventDefault(); // Nothing in it is the first thing to do.
    event.currentTarget.focus();
  };
  const closed = (event) => {
    event.preventDefault();
    document.querySelector(".sidebar .account button")?.focus();
  };
  return (
    <Dialog.Root onOpenChange={setOpen} open={open}>
      <Dialog.Content aria-describedby={undefined} className="appearance" maxWidth="440px" onCloseAutoFocus={closed}
        onOpenAutoFocus={opened}>
        <div className="appearance-top">
          <Dialog.Title>Appearance</Dialog.Title>
          <Dialog.Close>
            <button aria-label="Close" className="icon-button" type="button"><X /></button>
          </Dialog.Close>
        </div>
        <Choice label="Theme" labels={THEMES} name="theme" onChoose={choose} value={now.theme} />
        <Accents accents={accents} onChoose={choose} value={now.accent} />
        <Size onChoose={choose} onTry={put} sizes={sizes} value={now.font_size} />
        <Choice label="Density" labels={DENSITIES} name="density" onChoose={choose} value={now.density} />
        <Choice label="Motion" labels={MOTIONS} name="motion" onChoose={choose} value={now.motion} />
        <button className="button quiet small" onClick={() => choose(defaults)} type="button">Use the defaults</button>
      </Dialog.Content>
    </Dialog.Root>
  );
}

function Choice({ name, label, labels, value, onChoose }) {
  return (
    <fieldset>
      <legend>{label}</legend>
      <div className="segments">
        {Object.entries(labels).map(([each, said]) => (
          <label key={each}>
            <input checked={each === value} name={`appearance-${name}`} onChange={() => onChoose({ [name]: each })} type="radio" />
            <span>{said}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Accents({ accents, value, onChoose }) {
  return (
    <fieldset>
      <legend>Accent</legend>
      <div className="swatches">
        {accents.map((accent) => (
          <label key={accent}>
            <input checked={accent === value} name="appearance-accent" onChange={() => onChoose({ accent })} type="radio" />
            <i aria-hidden="true" style={{ background: `var(--${accent}-solid)` }} />
            <span>{accent[0].toUpperCase() + accent.slice(1)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** It is seen while the slider moves, and kept when it is let go. */
function Size({ value, sizes, onTry, onChoose }) {
  const slider = useRef(null);
  const keep = useRef(onChoose);
  keep.current = onChoose;
  useEffect(() => {
    const box = slider.current;
    const changed = () => keep.current({ font_size: Number(box.value) });
    box.addEventListener("change", changed);
    return () => box.removeEventListener("change", changed);
  }, []);
  return (
    <div className="size">
      <label htmlFor="appearance-size">Font size</label>
      <output htmlFor="appearance-size">{value} px</output>
      <input aria-valuetext={`${value} pixels`} id="appearance-size" max={sizes.at(-1)} min={sizes[0]}
        onChange={(event) => onTry({ font_size: Number(event.currentTarget.value) })} ref={slider} step={1} type="range" value={value} />
    </div>
  );
}
