// A link to one saved image, for everybody who has it, for some hours.
import { useState } from "react";
import { Overlay } from "./overlay.jsx";

const HOURS = [[1, "1 hour"], [24, "1 day"], [72, "3 days"]];

export function ShareImage({ id, link, onClose, onShare }) {
  const [hours, setHours] = useState("24");
  const [copied, setCopied] = useState(false);
  const made = link?.id === id ? link : null;
  const copy = () => navigator.clipboard?.writeText(made.url).then(() => setCopied(true), () => {});
  return (
    <Overlay className="image-share" label="Share image" onClose={onClose}>
      <h2>Share this image</h2>
      {made?.url ? (
        <>
          <label>Share link
            <input autoFocus className="field" onFocus={(event) => event.target.select()} readOnly value={made.url} />
          </label>
          <p>Whoever has it can see the image until {new Date(made.until).toLocaleString("en", { dateStyle: "long", timeStyle: "short" })}.</p>
        </>
      ) : (
        <>
          <label>Expires after
            <select className="field" onChange={(event) => setHours(event.target.value)} value={hours}>
              {HOURS.map(([value, words]) => <option key={value} value={value}>{words}</option>)}
            </select>
          </label>
          <p>Everybody who has the link can see the image, and nothing else.</p>
        </>
      )}
      {made?.problem ? <p className="image-wrong" role="alert">{made.problem}</p> : null}
      <div className="dialog-actions">
        <button className="button" onClick={onClose} type="button">{made?.url ? "Done" : "Cancel"}</button>
        {made?.url ? <button className="button primary" onClick={copy} type="button">{copied ? "Copied" : "Copy link"}</button>
          : <button className="button primary" onClick={() => onShare(id, Number(hours))} type="button">Create link</button>}
      </div>
    </Overlay>
  );
}
