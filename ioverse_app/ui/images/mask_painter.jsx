// A mask is painted over an image: what is painted is made anew, the rest stays as it is.
import { useEffect, useRef, useState } from "react";
import { addressOf } from "./image_store.js";
import { Overlay } from "./overlay.jsx";

const MOST = 700_000; // characters: more does not fit through the socket
const TOO_MANY = "This mask has too many details to be sent. Paint fewer, larger spots.";

export function MaskPainter({ id, onClose, onDone }) {
  const canvas = useRef(null);
  const strokes = useRef([]);
  const [size, setSize] = useState(null);
  const [brush, setBrush] = useState(12); // percent of the shorter side
  const [count, setCount] = useState(0);
  const [problem, setProblem] = useState("");
  const wide = () => (brush / 100) * Math.min(size[0], size[1]);

  const draw = (context, strokesToDraw) => {
    [context.lineCap, context.lineJoin] = ["round", "round"];
    for (const { points, width } of strokesToDraw) {
      context.lineWidth = width;
      context.beginPath();
      context.moveTo(...points[0]);
      for (const point of points.length > 1 ? points.slice(1) : points) context.lineTo(...point);
      context.stroke();
    }
  };
  const show = () => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    context.clearRect(0, 0, ...size);
    context.strokeStyle = "#5b5bd6";
    draw(context, strokes.current);
  };
  useEffect(show, [count, size]);

  const at = ({ clientX, clientY }) => {
    const box = canvas.current.getBoundingClientRect();
    return [((clientX - box.left) / box.width) * size[0], ((clientY - box.top) / box.height) * size[1]];
  };
  const start = (event) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    strokes.current.push({ points: [at(event)], width: wide() });
    setProblem("");
    setCount(strokes.current.length);
  };
  const move = (event) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    strokes.current.at(-1).points.push(at(event));
    show();
  };
  const back = (all) => {
    strokes.current = all ? [] : strokes.current.slice(0, -1);
    setCount(strokes.current.length);
  };
  const done = () => {
    const made = Object.assign(document.createElement("canvas"), { width: size[0], height: size[1] });
    const context = made.getContext("2d");
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, ...size);
    context.globalCompositeOperation = "destination-out";
    draw(context, strokes.current);
    const painted = made.toDataURL("image/png");
    if (painted.length > MOST) setProblem(TOO_MANY);
    else onDone(painted);
  };
  return (
    <Overlay className="mask-painter" label="Paint a mask" onClose={onClose}>
      <header>
        <h2>Paint what should change</h2>
        <p>What you paint is made anew as the prompt says. The rest stays.</p>
      </header>
      <div className="mask-stage">
        <div className="mask-image">
          <img alt="Image to edit" onLoad={({ target }) => setSize([target.naturalWidth, target.naturalHeight])} src={addressOf(id)} />
          {size ? (
            <canvas aria-label="Mask" height={size[1]} onPointerDown={start} onPointerMove={move} ref={canvas} role="img" width={size[0]} />
          ) : null}
        </div>
      </div>
      {problem ? <p className="image-wrong" role="alert">{problem}</p> : null}
      <footer>
        <label>Brush
          <input max="40" min="2" onChange={(event) => setBrush(Number(event.target.value))} type="range" value={brush} />
        </label>
        <span className="spacer" />
        <button className="button quiet" disabled={!count} onClick={() => back(false)} type="button">Undo stroke</button>
        <button className="button quiet" disabled={!count} onClick={() => back(true)} type="button">Clear</button>
        <button className="button" onClick={onClose} type="button">Cancel</button>
        <button className="button primary" disabled={!count || !size} onClick={done} type="button">Use this mask</button>
      </footer>
    </Overlay>
  );
}
