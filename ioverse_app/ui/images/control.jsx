// One setting of the form. What the model does not take is disabled, with the reason.
import { useId, useState } from "react";

const OWN = "own";
const WORDS = { hd: "HD", png: "PNG", jpeg: "JPEG", webp: "WebP", url: "Address", b64_json: "Bytes", xhigh: "Extra high", max: "Most" };

export function Control({ control, value, problem, set, onLeave }) {
  const { label, kind, name, options, any, reason } = control;
  const id = useId();
  const told = problem || reason;
  const common = {
    "aria-describedby": told ? `${id}-told` : undefined, "aria-invalid": Boolean(problem), className: "field",
    disabled: Boolean(reason), id, onBlur: onLeave,
  };
  return (
    <div className="image-control">
      <label htmlFor={id}>{label}</label>
      {kind === "choice" ? (
        <Choice any={any} common={common} label={label} name={name} options={options} set={set} value={reason ? "" : value} />
      ) : (
        <input {...common} autoComplete="off" inputMode="numeric" onChange={(event) => set(event.target.value)}
          placeholder={reason ? "" : kind === "percent" ? "100" : "Random"} value={reason ? "" : value} />
      )}
      {told ? <p className={problem ? "image-wrong" : "image-reason"} id={`${id}-told`} role={problem ? "alert" : undefined}>{told}</p> : null}
    </div>
  );
}

function Choice({ any, common, label, name, options, set, value }) {
  const isOwn = any && Boolean(value) && !options.includes(value);
  const [own, setOwn] = useState(false);
  const choose = ({ target }) => {
    setOwn(target.value === OWN);
    set(target.value === OWN ? "" : target.value, true);
  };
  const writing = own || isOwn;
  const { id, ...rest } = common;
  return (
    <>
      <select {...rest} id={id} onChange={choose} value={writing ? OWN : (options.includes(value) ? value : (options[0] ?? ""))}>
        {options.length ? null : <option value="">Not available</option>}
        {options.map((each) => <option key={each} value={each}>{worded(name, each)}</option>)}
        {any ? <option value={OWN}>Another size…</option> : null}
      </select>
      {writing ? (
        <input {...rest} aria-label={`${label}, width x height`} autoComplete="off" autoFocus={own}
          onChange={(event) => set(event.target.value.trim().replace("×", "x"))} placeholder="1280x720" value={value} />
      ) : null}
    </>
  );
}

/** A value in words. */
export function worded(name, value) {
  if (name === "size" && value.includes("x")) return value.replace("x", " × ");
  return WORDS[value] ?? value.charAt(0).toUpperCase() + value.slice(1);
}
