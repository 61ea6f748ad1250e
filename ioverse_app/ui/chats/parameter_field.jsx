// One parameter: its field, its help, and the way back to its default. It is saved when it is done.
import { useEffect, useId, useRef, useState } from "react";

export function ParameterField(props) {
  const { name, label, help, kind, value, initial, invalid, round, onSave } = props;
  const id = useId();
  const field = useRef(null);
  const save = useRef(onSave);
  save.current = onSave;
  const [text, setText] = useState(value);
  const asShown = (words) => (kind === "number" && words === "" ? initial : words);

  useEffect(() => {
    field.current.value = asShown(value);
    setText(value);
  }, [value, round, initial]);

  // React's onChange comes with every keystroke; the browser's own event when the change is made.
  useEffect(() => {
    const box = field.current;
    const changed = () => save.current(name, box.validity.badInput ? "?" : box.value);
    box.addEventListener("change", changed);
    return () => box.removeEventListener("change", changed);
  }, [name]);

  const useDefault = () => {
    field.current.value = asShown("");
    field.current.focus();
    setText("");
    save.current(name, "");
  };
  const isSet = text !== "";
  const said = isSet ? text : `${initial} (default)`;
  const attributes = {
    "aria-describedby": `${id}-help`,
    "aria-invalid": invalid || undefined,
    id,
    onInput: (event) => setText(event.currentTarget.value),
    ref: field,
  };
  return (
    <div className="parameter" data-kind={kind}>
      <div className="parameter-top">
        <label htmlFor={id} id={`${id}-label`}>{label}</label>
        {kind === "number" && <output htmlFor={id}>{said}</output>}
        {isSet && (
          <button aria-describedby={`${id}-label`} className="button quiet small" onClick={useDefault} type="button">
            Use default
          </button>
        )}
      </div>
      {control(props, attributes, said)}
      <p id={`${id}-help`}>{help}</p>
    </div>
  );
}

function control({ kind, low, high, step, value, initial, choices }, attributes, said) {
  switch (kind) {
    case "number":
      return <input {...attributes} aria-valuetext={said} defaultValue={value || initial} max={high} min={low} step={step} type="range" />;
    case "integer":
      return (
        <input {...attributes} className="field" defaultValue={value} inputMode="numeric" max={high ?? undefined}
          min={low} placeholder={initial || "Automatic"} step={step} type="number" />
      );
    case "choice":
      return (
        <select {...attributes} className="field" defaultValue={value}>
          <option value="">{initial ? `Default (${initial})` : "Default"}</option>
          {choices.map((choice) => <option key={choice} value={choice}>{choice}</option>)}
        </select>
      );
    default:
      return (
        <textarea {...attributes} className="field" defaultValue={value} placeholder={initial}
          rows={kind === "text" ? 4 : 2} />
      );
  }
}
