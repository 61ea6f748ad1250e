// The images that the next ones are made from, and the mask that says where.
import { useState } from "react";
import { Brush, X } from "lucide-react";
import { thumbnailOf } from "./image_store.js";
import { MaskPainter } from "./mask_painter.jsx";

export function Edited({ does, edited, mask, model, problem, setEdited, setMask }) {
  const [painting, setPainting] = useState(false);
  if (!edited.length) return null;
  const takesMask = Boolean(model?.mask);
  const leave = (id) => setEdited(edited.filter((each) => each !== id));
  return (
    <section aria-label="Images to edit" className="image-edited">
      {edited.map((id) => (
        <figure key={id}>
          <button aria-label="Full size" onClick={() => does.current.open(id)} type="button">
            <img alt="Image to edit" height="64" src={thumbnailOf(id)} width="64" />
          </button>
          <button aria-label="Do not edit this image" className="icon-button" onClick={() => leave(id)} title="Do not edit this image" type="button">
            <X />
          </button>
        </figure>
      ))}
      <div className="image-edited-words">
        <p>The prompt changes {edited.length === 1 ? "this image" : "these images"}{mask && takesMask ? " where you painted" : ""}.</p>
        <div className="image-edited-actions">
          <button aria-describedby={takesMask ? undefined : "mask-reason"} className="button small" disabled={!takesMask}
            onClick={() => setPainting(true)} type="button">
            <Brush size={14} />{mask && takesMask ? "Change the mask" : "Paint a mask"}
          </button>
          {mask && takesMask ? <button className="button quiet small" onClick={() => setMask("")} type="button">Remove the mask</button> : null}
        </div>
        {takesMask || !model ? null : <p className="image-reason" id="mask-reason">{model.label} takes no mask.</p>}
        {problem ? <p className="image-wrong" role="alert">{problem}</p> : null}
      </div>
      {painting ? (
        <MaskPainter id={edited[0]} onClose={() => setPainting(false)} onDone={(painted) => (setMask(painted), setPainting(false))} />
      ) : null}
    </section>
  );
}
